"""`omt migrate --start-at`: checked now and again at its hour, and then begun, or told why not. `--until` ends it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from typing_extensions import override

from omt_core.cli import sessions
from omt_core.cli.main import main
from omt_core.engine import drive
from omt_core.engine.runner import Runner
from omt_core.engine.steps import Upload
from omt_core.engine.upload import wakefulness
from tests.core.engine.upload.clock import JumpingClock
from tests.e2e.omt import Site, Tenant, build, environment, serving


class Evening(JumpingClock):
    """Something happens before the planned start."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))
        self.meanwhile: Callable[[], None] = lambda: None

    @override
    async def sleep(self, seconds: float) -> None:
        if not self.slept:
            self.meanwhile()
        await super().sleep(seconds)


@pytest.fixture
def evening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evening:
    for name in [name for name in os.environ if name.startswith("OMT_")]:
        monkeypatch.delenv(name)
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    clock = Evening()
    monkeypatch.setattr(sessions, "CLOCK", clock)
    return clock


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return build(tmp_path, users=4, documents=6)


@pytest.fixture
def tenant(site: Site, tmp_path: Path) -> Iterator[Tenant]:
    with serving(tmp_path, words=site.plans) as running:
        yield running


@pytest.fixture
def migrate(
    site: Site, tenant: Tenant, tmp_path: Path, evening: Evening, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], list[dict[str, Any]]]:
    """Migrate live; the lines that a program reads, the last of which is the result."""

    def run(at: str, *more: str) -> list[dict[str, Any]]:
        answers = site.answer(tenant, test_migration=False)
        words = ["--answers", str(answers), "--workspace", str(tmp_path / "work"), "--start-at", at, "--json"]
        main(["migrate", *words, *more])
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def add_satellite(site: Site) -> None:
    """What must not be there when a migration begins: an error that nobody has waived."""
    with closing(sqlite3.connect(site.directory / "machine/C/SuperOffice/Data/crm.sqlite")) as crm, crm:
        columns = [column for _, column, *_ in crm.execute("PRAGMA table_info(satellite)")]
        crm.execute(f"INSERT INTO satellite ({', '.join(columns)}) VALUES ({', '.join('1' for _ in columns)})")


def in_an_hour() -> str:
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")


def test_a_planned_migration_is_checked_now_and_again_at_its_hour_and_then_begins(
    migrate: Callable[[str], list[dict[str, Any]]], evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    awake: list[int] = []
    monkeypatch.setattr(wakefulness, "_tell_windows", lambda state: awake.append(state) or True)
    evening.meanwhile = lambda: awake.append(0)
    *lines, result = migrate(in_an_hour())
    assert (result["exit_code"], result["error"]) == (0, None)
    assert awake == [0x8000_0001, 0, 0x8000_0000], "from the wait to the end, also while everything is checked again"
    assert sum(evening.slept) > 3000
    told = [line.get("phase") or line["event"] for line in lines if line["event"] in {"phase-started", "start-planned"}]
    waited = told.index("start-planned")
    assert "checklist" in told[:waited]
    assert "upload" not in told[:waited]
    assert told[waited:][1:] == ["login", "confirm", "checklist", "upload", "complete"]


def test_an_error_that_appears_meanwhile_begins_nothing_and_ends_with_1(
    migrate: Callable[[str], list[dict[str, Any]]], evening: Evening, site: Site
) -> None:
    evening.meanwhile = lambda: add_satellite(site)
    *lines, result = migrate(in_an_hour())
    assert (result["exit_code"], result["error"]["code"]) == (1, "findings-stand")
    assert not any(line.get("phase") == "upload" for line in lines)
    ended = [line for line in lines if line["event"] == "run-ended"]
    assert [line["error"] for line in ended] == ["", "findings-stand"]


def test_that_nobody_could_be_told_of_the_end_is_said_before_the_result(
    migrate: Callable[[str], list[dict[str, Any]]], evening: Evening, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    given = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "tries": 1}
    given |= {"sender": "omt@example.com", "recipients": '["night@example.com"]'}
    for key, value in given.items():
        monkeypatch.setenv(f"OMT_NOTIFY__{key.upper()}", str(value))
    evening.meanwhile = lambda: add_satellite(site)
    *lines, result = migrate(in_an_hour())
    assert result["error"]["code"] == "findings-stand"
    (ended,) = [place for place, line in enumerate(lines) if line.get("error") == "findings-stand"]
    untold = [line["finding"]["code"] for line in lines[ended:] if line["event"] == "finding"]
    assert untold == ["message-not-told"]


def test_a_tenant_that_is_gone_at_the_planned_hour_is_told_as_the_end_of_the_run(
    migrate: Callable[[str], list[dict[str, Any]]], evening: Evening, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMT_ONLINE__RETRY_TOTAL", "0.1")

    def gone() -> None:
        tenant.process.terminate()
        tenant.process.wait(timeout=60)

    evening.meanwhile = gone
    *lines, result = migrate(in_an_hour())
    assert result["exit_code"] == 4
    assert lines[-1]["event"] == "run-ended"
    assert lines[-1]["error"] == result["error"]["code"]


def test_metrics_that_cannot_be_written_are_told_before_the_wait(
    migrate: Callable[..., list[dict[str, Any]]], evening: Evening, tmp_path: Path
) -> None:
    *_, result = migrate(in_an_hour(), "--metrics", str(tmp_path / "missing" / "omt.prom"))
    assert result["error"]["code"] == "metrics-not-writable"
    assert evening.slept == []


def test_what_stands_in_the_way_now_is_told_now(
    migrate: Callable[[str], list[dict[str, Any]]], evening: Evening, site: Site
) -> None:
    add_satellite(site)
    *_, result = migrate(in_an_hour())
    assert result["error"]["code"] == "findings-stand"
    assert evening.slept == []


@pytest.mark.posix("a process has no way to press Ctrl-C there; tests/windows presses it in a console")
def test_ctrl_c_cancels_the_countdown(migrate: Callable[[str], list[dict[str, Any]]], evening: Evening) -> None:
    evening.meanwhile = lambda: os.kill(os.getpid(), signal.SIGINT)
    *lines, result = migrate(in_an_hour())
    assert (result["exit_code"], result["error"]["code"]) == (130, "start-cancelled")
    assert not any(line.get("phase") == "upload" for line in lines)
    planned = [line["at"] for line in lines if line["event"] == "start-planned"]
    assert (len(planned), planned[-1]) == (2, ""), "whoever watches hears that it is cancelled, as in the wizard"


@pytest.mark.posix("a process has no way to press Ctrl-C there; tests/windows presses it in a console")
def test_ctrl_c_once_the_migration_is_complete_changes_nothing_of_its_result(
    migrate: Callable[[str], list[dict[str, Any]]], evening: Evening, monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    """The first stops whatever does not stop in good order by itself, such as the last look at what was left behind."""

    async def stopped(runner: Runner, stop: anyio.Event) -> None:
        await runner.do(Upload(stop=stop))
        os.kill(os.getpid(), signal.SIGINT)
        await anyio.sleep_forever()

    monkeypatch.setattr(drive, "complete", stopped)
    *lines, result = migrate(in_an_hour())
    assert (result["exit_code"], result["error"]) == (0, None)
    assert [Path(result[name]).is_file() for name in ("receipt", "report")] == [True, True]
    *_, ended = [line for line in lines if line["event"] == "run-ended"]
    assert (ended["exit_code"], ended["completed"]) == (0, True)


def test_a_time_that_is_none_is_refused_before_anything_is_opened(
    migrate: Callable[[str], list[dict[str, Any]]],
) -> None:
    *lines, result = migrate("tonight")
    assert (result["exit_code"], result["error"]["code"]) == (2, "start-time-invalid")
    assert lines == []


class Night(JumpingClock):
    """Goes on to the morning as soon as something is uploaded."""

    def __init__(self, log: Path) -> None:
        super().__init__(datetime.now(UTC))
        self._log = log

    @override
    async def sleep(self, seconds: float) -> None:
        if self._log.is_file() and "stage uploading" in self._log.read_text(encoding="utf-8"):
            await super().sleep(seconds)
        else:
            await anyio.sleep(0.01)


@pytest.mark.usefixtures("evening")
def test_a_run_that_may_last_until_the_morning_stops_then_and_is_gone_on_with(
    site: Site, tenant: Tenant, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["migrate", "--answers", str(site.answer(tenant)), "--workspace", str(tmp_path / "work"), "--json"]
    monkeypatch.setattr(sessions, "CLOCK", Night(tmp_path / "work" / "migration.log"))
    assert main([*words, "--until", "06:00", "--limit-rate", "200K"]) == 130
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["code"] == "interrupted"
    assert "06:00" in (tmp_path / "work" / "migration.log").read_text(encoding="utf-8")
    assert main(words) == 0


@pytest.mark.parametrize("until", ["soon", "25:00", "2020-01-01T06:00"])
@pytest.mark.usefixtures("evening")
def test_an_end_that_is_no_time_or_has_passed_is_refused_before_anything_begins(
    site: Site, capsys: pytest.CaptureFixture[str], until: str
) -> None:
    assert main(["migrate", "--answers", str(site.answers), "--until", until, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "end-time-invalid"
