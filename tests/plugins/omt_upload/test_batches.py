"""Pending items are handed out once, however late the journal's answer comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from omt_core.api.decisions import MigrationMode
from omt_core.api.items import ItemRecord, ItemState
from omt_core.api.journal import Outcome
from omt_core.journal import Journal
from omt_upload.batches import PendingBatches
from omt_upload.inventory import take_inventory
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer_context import context_for
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import SETTINGS, digest_of, folder_items, stage_of, transfer_call, write_files

pytestmark = pytest.mark.anyio


async def test_an_item_that_is_settled_while_the_journal_answers_is_not_handed_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "archive", {"a": b"a", "b": b"b"})
    items = folder_items("documents", tmp_path / "archive")
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        await journal.items.record_inventory(items)
        call = transfer_call(journal, MemoryMigration(MemoryTenant()), tmp_path, stage_of("documents", items))
        work = StageTransfer(context_for(call, SETTINGS.model_copy(update={"bundle_members": 1})), call.stages[0])
        work.told = True
        batches = PendingBatches(work)
        first = await batches.next()
        assert first is not None
        pending = journal.items.pending

        async def answer_late(*, stage: str, limit: int, after: str = "") -> Sequence[ItemRecord]:
            answer = await pending(stage=stage, limit=limit, after=after)
            if not work.idle:
                await journal.items.record_outcomes(
                    [Outcome(id=("documents", "a"), state=ItemState.CONFIRMED, digest=digest_of(b"a"), sent=True)]
                )
                work.let_go(first)
            return answer

        monkeypatch.setattr(journal.items, "pending", answer_late)
        batches = PendingBatches(work)
        second = await batches.next()
        assert second is not None
        assert [record.key for record in (*first, *second)] == ["a", "b"]


async def test_what_is_added_behind_is_read_without_reading_anew_what_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "archive", {f"{number:02}": b"content" for number in range(30)})
    items = folder_items("documents", tmp_path / "archive")
    asked = 0
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        pending = journal.items.pending

        async def counted(*, stage: str, limit: int, after: str = "") -> Sequence[ItemRecord]:
            nonlocal asked
            answer = await pending(stage=stage, limit=limit, after=after)
            asked += len(answer)
            return answer

        monkeypatch.setattr(journal.items, "pending", counted)
        call = transfer_call(journal, MemoryMigration(MemoryTenant()), tmp_path, stage_of("documents", items))
        work = StageTransfer(context_for(call, SETTINGS.model_copy(update={"bundle_members": 10})), call.stages[0])
        batches, taken = PendingBatches(work), []
        for begin in (0, 10, 20):
            await journal.items.record_inventory(items[begin : begin + 10])
            batch = await batches.next()
            assert batch is not None
            taken += [record.key for record in batch]
    assert taken == [item.key for item in items]
    assert asked == len(items)


async def test_what_is_in_the_cloud_or_on_tape_is_read_last(tmp_path: Path) -> None:
    write_files(tmp_path / "archive", dict.fromkeys("abcd", b"content"))
    items = [replace(item, recalled=item.key in "ac") for item in folder_items("documents", tmp_path / "archive")]
    read: list[str] = []
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        call = transfer_call(journal, MemoryMigration(MemoryTenant()), tmp_path, stage_of("documents", items))
        work = StageTransfer(context_for(call, SETTINGS.model_copy(update={"bundle_members": 1})), call.stages[0])
        await take_inventory(work)
        batches = PendingBatches(work)
        while (batch := await batches.next()) is not None:
            read += [record.key for record in batch]
            await work.record_outcomes(
                batch, [Outcome(id=(one.stage, one.key), state=ItemState.CONFIRMED, digest="0" * 64) for one in batch]
            )
    assert read == ["b", "d", "a", "c"]


async def test_what_was_added_before_or_let_go_without_being_settled_is_handed_out_in_the_end(tmp_path: Path) -> None:
    write_files(tmp_path / "archive", dict.fromkeys("abcd", b"content"))
    items = folder_items("documents", tmp_path / "archive")
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        call = transfer_call(journal, MemoryMigration(MemoryTenant()), tmp_path, stage_of("documents", items))
        work = StageTransfer(context_for(call, SETTINGS.model_copy(update={"bundle_members": 1})), call.stages[0])
        batches, handed = PendingBatches(work), []
        await journal.items.record_inventory(items[2:])
        for _ in range(2):
            batch = await batches.next()
            assert batch is not None
            handed.append(batch)
        work.let_go(handed[0])
        await journal.items.record_inventory(items[:2])
        work.told = True
        for _ in range(3):
            batch = await batches.next()
            assert batch is not None
            handed.append(batch)
    assert [record.key for batch in handed for record in batch] == ["c", "d", "a", "b", "c"]
