"""Pending items are handed out once, however late the journal's answer comes."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from typing_extensions import override

from omt_core.api.context import StopSignal
from omt_core.api.decisions import MigrationMode
from omt_core.api.items import Item, ItemRecord, ItemState
from omt_core.api.journal import Outcome
from omt_core.journal import Journal
from omt_upload import batches
from omt_upload.batches import PendingBatches
from omt_upload.inventory import take_inventory
from omt_upload.lanes.lane import HereLane, Lane
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer_context import TransferContext, context_for
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import (
    SETTINGS,
    Stop,
    digest_of,
    folder_items,
    stage_of,
    transfer_call,
    write_files,
)

pytestmark = pytest.mark.anyio


async def settled(work: StageTransfer, batch: Sequence[ItemRecord]) -> None:
    await work.record_outcomes(
        batch, [Outcome(id=(one.stage, one.key), state=ItemState.CONFIRMED, digest="0" * 64) for one in batch]
    )


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
        lane = HereLane(work.context)
        handed_out, settled_meanwhile = PendingBatches(work, [lane]), False
        monkeypatch.setattr(batches, "_PAGE", 1)
        first = await handed_out.next(lane)
        assert first is not None
        work.add("a")
        pending = journal.items.pending

        async def answer_late(*, stage: str, limit: int, after: str = "") -> Sequence[ItemRecord]:
            nonlocal settled_meanwhile
            answer = await pending(stage=stage, limit=limit, after=after)
            if not settled_meanwhile:
                await journal.items.record_outcomes(
                    [Outcome(id=("documents", "a"), state=ItemState.CONFIRMED, digest=digest_of(b"a"), sent=True)]
                )
                settled_meanwhile = True
                handed_out.let_go(lane, first)
            return answer

        monkeypatch.setattr(journal.items, "pending", answer_late)
        second = await handed_out.next(lane)
        assert settled_meanwhile
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
        lane, taken = HereLane(work.context), []
        batches = PendingBatches(work, [lane])
        for begin in (0, 10, 20):
            await journal.items.record_inventory(items[begin : begin + 10])
            work.add([item.key for item in items[begin : begin + 10]])
            batch = await batches.next(lane)
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
        lane = HereLane(work.context)
        batches = PendingBatches(work, [lane])
        while (batch := await batches.next(lane)) is not None:
            read += [record.key for record in batch]
            await settled(work, batch)
            batches.let_go(lane, batch)
    assert read == ["b", "d", "a", "c"]


async def test_what_was_added_before_or_let_go_without_being_settled_is_handed_out_in_the_end(tmp_path: Path) -> None:
    write_files(tmp_path / "archive", dict.fromkeys("abcd", b"content"))
    items = folder_items("documents", tmp_path / "archive")
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        call = transfer_call(journal, MemoryMigration(MemoryTenant()), tmp_path, stage_of("documents", items))
        work = StageTransfer(context_for(call, SETTINGS.model_copy(update={"bundle_members": 1})), call.stages[0])
        lane, handed = HereLane(work.context), []
        batches = PendingBatches(work, [lane])
        await journal.items.record_inventory(items[2:])
        work.add("cd")
        for _ in range(2):
            batch = await batches.next(lane)
            assert batch is not None
            handed.append(batch)
        batches.let_go(lane, handed[0])
        await journal.items.record_inventory(items[:2])
        work.add("ab")
        work.told = True
        for _ in range(3):
            batch = await batches.next(lane)
            assert batch is not None
            handed.append(batch)
    assert [record.key for batch in handed for record in batch] == ["c", "d", "a", "b", "c"]


class OneOf(HereLane):
    """Takes the items whose key ends so."""

    def __init__(self, context: TransferContext, ends: str) -> None:
        super().__init__(context)
        self.ends = ends

    @override
    def takes(self, work: StageTransfer, record: ItemRecord) -> bool:
        return record.key.endswith(self.ends)


class Counted:
    """Rows that are read, of a stage whose items belong to four lanes."""

    def __init__(
        self, folder: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch, stop: StopSignal | None = None
    ) -> None:
        call = transfer_call(journal, MemoryMigration(MemoryTenant()), folder, stage_of("documents", ()), stop=stop)
        self.work = StageTransfer(context_for(call, SETTINGS.model_copy(update={"bundle_members": 10})), call.stages[0])
        self.lanes = [*(OneOf(self.work.context, name) for name in "abc"), HereLane(self.work.context)]
        self.batches = PendingBatches(self.work, self.lanes)
        self.rows = 0
        self.handed: list[str] = []
        pending = journal.items.pending

        async def counted(*, stage: str, limit: int, after: str = "") -> Sequence[ItemRecord]:
            answer = await pending(stage=stage, limit=limit, after=after)
            self.rows += len(answer)
            return answer

        monkeypatch.setattr(journal.items, "pending", counted)
        monkeypatch.setattr(batches, "_PAGE", 20)

    async def tell(self, items: Sequence[Item]) -> None:
        await self.work.context.journal.items.record_inventory(items)
        self.work.add([item.key for item in items])

    async def take(self, lane: Lane, turns: int, failing: int = 0) -> None:
        """Take all of a lane, settling each batch after so many turns of the others; so many are not settled first."""
        while (batch := await self.batches.next(lane)) is not None:
            for _ in range(turns):
                await anyio.lowlevel.checkpoint()
            if failing:
                failing -= 1
            else:
                await settled(self.work, batch)
                self.handed += [record.key for record in batch]
            self.batches.let_go(lane, batch)

    async def take_all(self, turns: Sequence[int], failing: int = 0) -> None:
        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                for lane, some in zip(self.lanes, turns, strict=True):
                    tasks.start_soon(self.take, lane, some, failing)


def in_order(number: int) -> str:
    return f"{number:04}{'abcd'[number // 250]}"


def in_turns(number: int) -> str:
    return f"{number:04}{'abcd'[number % 4]}"


def items_named(keys: Iterable[str]) -> Sequence[Item]:
    return [Item(stage="documents", key=key, name=key, path=Path(key), size=1, mtime_ns=0) for key in keys]


@pytest.mark.parametrize("turns", [(0, 0, 0, 0), (40, 20, 0, 0), (0, 0, 20, 40)], ids=["alike", "first", "last"])
@pytest.mark.parametrize("named", [in_order, in_turns])
async def test_however_many_lanes_there_are_an_item_is_read_about_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: Sequence[int], named: Callable[[int], str]
) -> None:
    keys = [named(number) for number in range(1_000)]
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        stage = Counted(tmp_path, journal, monkeypatch)
        await stage.tell(items_named(keys))
        stage.work.told = True
        await stage.take_all(turns)
    assert sorted(stage.handed) == keys
    assert stage.rows <= 2 * len(keys)


async def test_what_waits_for_a_lane_that_takes_nothing_is_not_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [in_turns(number) for number in range(1_000)]
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        stage = Counted(tmp_path, journal, monkeypatch)
        await stage.tell(items_named(keys))
        stage.work.told = True
        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(stage.take, stage.lanes[0], 0)
                while len(stage.handed) < 250:
                    await anyio.lowlevel.checkpoint()
                await anyio.wait_all_tasks_blocked()
                waiting = sum(isinstance(one, ItemRecord) for one in gc.get_objects())
                for lane in stage.lanes[1:]:
                    tasks.start_soon(stage.take, lane, 0)
    assert waiting <= 3 * 2 * 20
    assert sorted(stage.handed) == keys


@pytest.mark.parametrize("turns", [(0, 0, 0, 0), (40, 20, 0, 0), (0, 0, 20, 40)], ids=["alike", "first", "last"])
@pytest.mark.parametrize("named", [in_order, in_turns])
async def test_what_is_told_all_over_the_place_while_lanes_are_at_work_has_others_not_read_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: Sequence[int], named: Callable[[int], str]
) -> None:
    keys = [named(number) for number in range(1_000)]
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        stage = Counted(tmp_path, journal, monkeypatch)

        async def tell() -> None:
            for begin in range(20):
                await stage.tell(items_named(keys[begin::20]))
                await anyio.wait_all_tasks_blocked()
            stage.work.told = True
            stage.work.wake()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tell)
            await stage.take_all(turns, failing=2)
    assert sorted(stage.handed) == keys
    assert stage.rows <= 2 * len(keys)


async def test_a_lane_that_has_nothing_hears_of_a_stop_from_one_that_was_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Stop()
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        stage = Counted(tmp_path, journal, monkeypatch, stop)
        await stage.tell(items_named([in_order(0)]))
        stage.work.told = True
        reading, _, _, waiting = stage.lanes
        first = await stage.batches.next(reading)
        assert first is not None
        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(stage.take, waiting, 0)
                await anyio.wait_all_tasks_blocked()
                stage.batches.let_go(reading, first)
                await anyio.wait_all_tasks_blocked()
                stop.set()
                assert await stage.batches.next(reading) is None
