"""Pending items are handed out once, however late the journal's answer comes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from omt_core.api.decisions import Mode
from omt_core.api.items import ItemRecord, ItemState
from omt_core.api.journal import Outcome
from omt_core.journal import Journal
from omt_upload.batches import PendingBatches
from omt_upload.pipe import pipe_for
from omt_upload.stage_work import StageWork
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import SETTINGS, digest_of, folder_items, stage_of, transfer_call, write_files

pytestmark = pytest.mark.anyio


async def test_an_item_that_is_settled_while_the_journal_answers_is_not_handed_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "archive", {"a": b"a", "b": b"b"})
    items = folder_items("documents", tmp_path / "archive")
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.begin_run(mode=Mode.INITIAL, baseline=False, plugins={})
        await journal.record_items(items)
        call = transfer_call(journal, MemoryMigration(MemoryTenant()), tmp_path, stage_of("documents", items))
        work = StageWork(pipe_for(call, SETTINGS.model_copy(update={"bundle_members": 1})), call.stages[0])
        work.told = True
        batches = PendingBatches(work)
        first = await batches.next()
        assert first is not None
        pending = journal.pending

        async def answer_late(*, stage: str, limit: int, after: str = "") -> Sequence[ItemRecord]:
            answer = await pending(stage=stage, limit=limit, after=after)
            if not work.idle:
                await journal.settle(
                    [Outcome(id=("documents", "a"), state=ItemState.CONFIRMED, digest=digest_of(b"a"), sent=True)]
                )
                work.let_go(first)
            return answer

        monkeypatch.setattr(journal, "pending", answer_late)
        batches = PendingBatches(work)
        second = await batches.next()
        assert second is not None
        assert [record.key for record in (*first, *second)] == ["a", "b"]
