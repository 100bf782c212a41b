"""`omt status`: how fast the run under way is, and where its files lie."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from omt_core.api.decisions import MigrationMode
from omt_core.api.events import MachinesProgress, SendingMachine, SendingState
from omt_core.api.reporting import PhaseTiming, RunSummary
from omt_core.api.stages import StageTotals
from omt_core.cli.command.status import _Pace
from omt_core.cli.main import main
from omt_core.engine.phases import UPLOAD
from omt_core.engine.upload.machines import kept_machines, machines_kept
from omt_core.engine.workspace import JOURNAL_FILE
from omt_core.journal import Journal
from omt_core.plugin_host import EventHub

pytestmark = pytest.mark.anyio


def test_what_is_left_behind_is_not_waited_for() -> None:
    started = datetime.now(UTC) - timedelta(hours=1)
    run = RunSummary(
        number=1, started=started, finished=None, mode=MigrationMode.INITIAL, exit_code=None, sent_bytes=100,
        phases=(PhaseTiming(phase=UPLOAD.name, started=started, finished=None, steady=time.monotonic() - 3_600),),
    )  # fmt: skip
    done = StageTotals(
        stage="documents", items=2, bytes=150, confirmed_items=1, confirmed_bytes=100, failed=1, left_behind_bytes=50
    )
    assert _Pace.of(run, [done]).time_left is None


@pytest.mark.parametrize("hours", [-24, -1, 1])
def test_the_pace_of_a_run_is_true_though_the_clock_was_set_since_it_began(hours: int) -> None:
    started = datetime.now(UTC) + timedelta(hours=hours)
    phase = PhaseTiming(phase=UPLOAD.name, started=started, finished=None, steady=time.monotonic() - 100)
    run = RunSummary(
        number=1, started=started, finished=None, mode=MigrationMode.INITIAL, exit_code=None, sent_bytes=1_000,
        phases=(phase,),
    )  # fmt: skip
    pace = _Pace.of(
        run, [StageTotals(stage="documents", items=2, bytes=2_000, confirmed_items=1, confirmed_bytes=1_000)]
    )
    assert (pace.rate, pace.time_left) == (pytest.approx(10, rel=0.1), pytest.approx(100, rel=0.1))
    # A run that an earlier version began: nothing is known of its pace.
    assert _Pace.of(replace(run, phases=(replace(phase, steady=None),)), []).rate is None


async def test_receipt_and_report_are_named_by_their_whole_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    async with Journal.open(folder / JOURNAL_FILE):
        pass
    monkeypatch.chdir(tmp_path)

    def told() -> tuple[str | None, str | None]:
        assert main(["status", "--workspace", "work", "--json"]) == 0
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert lines[-2]["path"] == str(folder)
        return lines[-1]["receipt"], lines[-1]["report"]

    assert await anyio.to_thread.run_sync(told) == (None, None)
    for name in ("receipt.json", "report.html"):
        (folder / name).touch()
    assert await anyio.to_thread.run_sync(told) == (str(folder / "receipt.json"), str(folder / "report.html"))


async def test_machines_that_sent_have_rows_with_names_that_do_nothing_to_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    events = EventHub()
    heard = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
    oslo = SendingMachine(
        name="oslo-1", state=SendingState.SENDING, items=1_200, sent_bytes=2048, rate=1024.0, heard=heard
    )
    evil = SendingMachine(name="\x1b[2J\u202evil\n{x}", state=SendingState.GONE, items=1, heard=heard)

    def told(*words: str) -> str:
        assert main(["status", "--workspace", str(folder), *words]) == 0
        return capsys.readouterr().out

    async def asked(*words: str) -> str:
        return await anyio.to_thread.run_sync(told, *words)

    async with Journal.open(folder / JOURNAL_FILE) as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        assert "Machines" not in await asked()
        async with machines_kept(events, journal):
            page = "http://scheduler.example.com:8787/status"
            events.emit(MachinesProgress(machines=(oslo, evil), dashboard=page))
            while not (await kept_machines(journal)).machines:
                pass
            with monkeypatch.context() as patched:
                patched.setattr("omt_core.cli.command.status.is_locked", held)
                text = await asked()
                lines = [json.loads(line) for line in (await asked("--json")).splitlines()]
        ended = await asked()
        after = [json.loads(line) for line in (await asked("--json")).splitlines()]
    assert "Machines that send:" in text
    assert "sending, 1,200 files, 2.0 KB sent, 1.0 KB/s, last heard of on 2026-11-30" in " ".join(text.split())
    assert f"Their own page: {page}" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    rows = {line["name"]: line for line in lines if line["event"] == "sending-machine"}
    assert rows["oslo-1"] == {
        "event": "sending-machine", "name": "oslo-1", "state": "sending", "items": 1_200, "sent_bytes": 2048,
        "rate": 1024.0,
        "heard": heard.isoformat(),
    }  # fmt: skip
    assert next(line for line in lines if line["event"] == "workspace")["dashboard"] == page
    assert "Machines that have sent:" in ended
    assert page not in ended
    assert {line["state"] for line in after if line["event"] == "sending-machine"} == {None}


async def held(folder: Path) -> bool:
    """A run works in the workspace."""
    return True
