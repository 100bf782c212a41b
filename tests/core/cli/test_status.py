"""`omt status`: how fast the run under way is, and where its files lie."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from omt_core.api.decisions import MigrationMode
from omt_core.api.reporting import PhaseTiming, RunSummary
from omt_core.api.stages import StageTotals
from omt_core.cli.command.status import _Pace
from omt_core.cli.main import main
from omt_core.engine.phases import UPLOAD
from omt_core.engine.workspace import JOURNAL_FILE
from omt_core.journal import Journal

pytestmark = pytest.mark.anyio


def test_what_is_left_behind_is_not_waited_for() -> None:
    started = datetime.now(UTC) - timedelta(hours=1)
    run = RunSummary(
        number=1, started=started, finished=None, mode=MigrationMode.INITIAL, exit_code=None, sent_bytes=100,
        phases=(PhaseTiming(phase=UPLOAD.name, started=started, finished=None),),
    )  # fmt: skip
    done = StageTotals(
        stage="documents", items=2, bytes=150, confirmed_items=1, confirmed_bytes=100, failed=1, left_behind_bytes=50
    )
    assert _Pace.of(run, [done]).time_left is None


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
