"""What the page shows of the journal is what the journal knows."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from omt_core.api import UploadStage
from omt_core.api.decisions import MigrationMode
from omt_core.api.online import ManifestEntry
from omt_core.engine import facts
from omt_core.journal import Journal
from omt_core.wizard.controller.session.known import Known, look_up

pytestmark = pytest.mark.anyio


async def test_a_journal_that_was_rebuilt_counts_nothing_as_what_an_earlier_run_did(tmp_path: Path) -> None:
    """It knows the files, and neither their rows nor when that run ended: no files on a wrong day would be shown."""
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.RECOVERY, baseline=False, plugins={})
        await journal.notes.pin(facts.STARTED, "test")
        await journal.notes.pin(facts.COMPLETED, "2026-11-30T18:38:00+00:00")
        entry = ManifestEntry(stage="documents", key="1", name="HH/1", size=5, digest="0" * 64)
        await journal.items.import_manifest([entry])
        now = SimpleNamespace(mode=MigrationMode.RECOVERY, folder=tmp_path, administrator=None)
        runner: Any = SimpleNamespace(journal=journal, now=now)
        assert (await look_up(runner, Known(), begun=False)).earlier is None
        stage = UploadStage(name="documents", title="Documents", order=1, plugin="archive", items=cast("Any", None))
        await journal.items.record_stages([stage])
        earlier = (await look_up(runner, Known(), begun=False)).earlier
        assert earlier is not None
        assert (earlier.files, earlier.bytes) == (1, 5)
