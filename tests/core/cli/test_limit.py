"""`omt limit`: of use to a run that is under way, and honest where there is none."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from omt_core.cli.main import main
from omt_core.engine.workspace import JOURNAL_FILE
from omt_core.journal import Journal

NEXT = "The next run begins with a limit of its own."


def test_where_nothing_runs_nothing_is_limited_and_it_is_said_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def begun() -> None:
        async with Journal.open(tmp_path / JOURNAL_FILE):
            pass

    anyio.run(begun)
    assert main(["limit", "5M", "--workspace", str(tmp_path), "--language", "en"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        f"error no-run-to-limit: No migration is running in {tmp_path}, so that there is nothing to limit. {NEXT}",
        "    Give the limit to the run that you begin: `omt migrate --limit-rate 5M`.",
    ]
    assert not (tmp_path / "limit").exists()
