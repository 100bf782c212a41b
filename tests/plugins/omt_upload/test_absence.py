"""Folders that are away while their files are read: the stage pauses, and nothing is taken for missing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from omt_core.api.errors import FolderAwayError, folder_away
from omt_core.api.events import Event, Notice, StageChanged, StageState
from omt_core.api.items import ItemState
from omt_core.api.online import Chunk, UploadRequest
from omt_core.api.stages import UploadStage
from omt_crm.paths import lost_on_the_way, presence
from omt_upload.transfer import transfer
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import SETTINGS, Watcher, folder_items, stage_of, transfer_call, write_files
from tests.plugins.omt_upload.test_transfer import journal_of

pytestmark = pytest.mark.anyio

FILES = {
    f"{owner}/{period}/{number}.doc": b"%d" % number * 50 for owner in "ab" for period in "xy" for number in range(9)
}
FEW_AT_ONCE = SETTINGS.model_copy(update={"bundle_members": 4, "parallel_uploads": 1, "first_uploads": 1, "readers": 1})


@pytest.fixture(autouse=True)
def looks_without_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "SECONDS_BETWEEN_LOOKS", 0)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    write_files(folder, FILES)
    return folder


class Striking(MemoryMigration):
    """Does something when the first upload begins."""

    def __init__(self, tenant: MemoryTenant, strike: Callable[[], Any], **limits: int) -> None:
        super().__init__(tenant, **limits)  # type: ignore[arg-type] - the limits are all whole numbers
        self._strikes = [strike]

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> tuple[str, int]:
        while self._strikes:
            self._strikes.pop()()
        return await super().create_upload(request, first_chunk)


class Reacting(Watcher):
    """Does something when it is told that a folder is away."""

    def __init__(self, workspace: Path, react: Callable[[], Any]) -> None:
        super().__init__(workspace)
        self._react = react

    @override
    def emit(self, event: Event) -> None:
        super().emit(event)
        if isinstance(event, Notice) and "does not answer" in event.message:
            self._react()


def stage_below(name: str, root: Path) -> UploadStage:
    """A stage that is asked about its root, as those of the archive are."""

    def away(path: Path) -> FolderAwayError | None:
        lost = lost_on_the_way(path, (root,))
        return None if lost is None else folder_away(lost.folder, str(lost.folder), lost.why, empty=lost.empty)

    return replace(stage_of(name, folder_items(name, root)), away=away)


def away_and_back(folder: Path) -> tuple[Callable[[], Any], Callable[[], Any]]:
    elsewhere = folder.with_name(f"{folder.name}.away")
    return lambda: folder.rename(elsewhere), lambda: elsewhere.exists() and elsewhere.rename(folder)


@pytest.mark.parametrize("name", [".", "b", "b/y"])
async def test_a_folder_that_is_away_for_a_while_costs_nothing(tmp_path: Path, archive: Path, name: str) -> None:
    tenant = MemoryTenant()
    strike, back = away_and_back((archive / name).resolve())
    watcher = Reacting(tmp_path, back)
    async with journal_of(tmp_path) as journal:
        stage = stage_below("documents", archive)
        call = transfer_call(journal, Striking(tenant, strike), tmp_path, stage, run=watcher)
        summary = await transfer(call, FEW_AT_ONCE)
        totals = (await journal.items.totals())["documents"]
    assert (summary.failed, summary.findings) == (0, ())
    assert (totals.confirmed_items, totals.missing, totals.failed) == (len(FILES), 0, 0)
    paused = [event for event in watcher.events if isinstance(event, StageChanged) and event.state is StageState.PAUSED]
    assert {event.detail for event in paused} == {f"Paused: {(archive / name).resolve()} does not answer"}
    assert [event for event in watcher.events if isinstance(event, StageChanged)][-1].state is StageState.SUCCEEDED


async def test_one_that_stays_away_ends_the_run_and_the_next_one_goes_on(tmp_path: Path, archive: Path) -> None:
    tenant = MemoryTenant()
    strike, back = away_and_back(archive)
    async with journal_of(tmp_path) as journal:
        stage = stage_below("documents", archive)
        impatient = FEW_AT_ONCE.model_copy(update={"away_minutes": 1e-9})
        with pytest.raises(FolderAwayError) as raised:
            await transfer(transfer_call(journal, Striking(tenant, strike), tmp_path, stage), impatient)
        assert raised.value.folder == archive
        totals = (await journal.items.totals())["documents"]
        assert (totals.missing, totals.failed) == (0, 0)
        assert not tenant.committed
        back()
        await transfer(transfer_call(journal, MemoryMigration(tenant), tmp_path, stage), SETTINGS)
        assert (await journal.items.totals())["documents"].confirmed_items == len(FILES)


async def test_a_root_that_is_empty_all_at_once_is_away(tmp_path: Path, archive: Path) -> None:
    flat = archive / "a" / "x"
    tenant = MemoryTenant()

    def unmount() -> None:
        shutil.copytree(flat, tmp_path / "elsewhere")
        shutil.rmtree(flat)
        flat.mkdir()

    watcher = Reacting(tmp_path, lambda: shutil.copytree(tmp_path / "elsewhere", flat, dirs_exist_ok=True))
    async with journal_of(tmp_path) as journal:
        stage = stage_below("attachments", flat)
        call = transfer_call(journal, Striking(tenant, unmount), tmp_path, stage, run=watcher)
        await transfer(call, FEW_AT_ONCE)
        totals = (await journal.items.totals())["attachments"]
    assert (totals.confirmed_items, totals.missing) == (9, 0)


async def test_a_file_that_is_gone_from_a_folder_that_answers_is_missing(tmp_path: Path, archive: Path) -> None:
    tenant = MemoryTenant()
    async with journal_of(tmp_path) as journal:
        stage = stage_of("documents", folder_items("documents", archive))
        call = transfer_call(journal, Striking(tenant, (archive / "b/y/8.doc").unlink), tmp_path, stage)
        await transfer(call, FEW_AT_ONCE)
        totals = (await journal.items.totals())["documents"]
    assert (totals.confirmed_items, totals.missing) == (len(FILES) - 1, 1)


async def test_what_was_sent_of_a_large_file_is_not_sent_again(tmp_path: Path) -> None:
    folder, tenant = tmp_path / "archive", MemoryTenant()
    write_files(folder, {"large.bin": bytes(range(256)) * 2_000})
    strike, back = away_and_back(folder)
    async with journal_of(tmp_path) as journal:
        stage = stage_of("documents", folder_items("documents", folder))
        migration = Striking(tenant, strike, chunk_bytes=100_000)
        await transfer(transfer_call(journal, migration, tmp_path, stage, run=Reacting(tmp_path, back)), SETTINGS)
        totals = (await journal.items.totals())["documents"]
        assert not await journal.uploads.unfinished()
    assert totals.confirmed_items == 1
    manifest = tenant.committed["documents"].size
    assert sum(tenant.bodies) == 256 * 2_000 + manifest


async def test_an_inventory_that_finds_a_folder_away_is_taken_again(tmp_path: Path, archive: Path) -> None:
    tenant, items = MemoryTenant(), folder_items("documents", archive)
    strike, back = away_and_back(archive)
    told = [items[:5], folder_away(archive, r"C:\SO_ARC", "gone")]

    async def tell():  # type: ignore[no-untyped-def]
        for part in told:
            if isinstance(part, FolderAwayError):
                strike()
                told[:] = [items]
                raise part
            yield part

    async with journal_of(tmp_path) as journal:
        stage = replace(stage_of("documents", ()), items=tell)
        watcher = Reacting(tmp_path, back)
        await transfer(transfer_call(journal, MemoryMigration(tenant), tmp_path, stage, run=watcher), SETTINGS)
        totals = (await journal.items.totals())["documents"]
    assert (totals.items, totals.confirmed_items) == (len(FILES), len(FILES))
    assert r"Paused: C:\SO_ARC does not answer" in [
        event.detail for event in watcher.events if isinstance(event, StageChanged)
    ]


async def test_what_is_confirmed_is_kept_while_nobody_can_look_into_its_folder(tmp_path: Path, archive: Path) -> None:
    tenant, items = MemoryTenant(), folder_items("templates", archive)
    async with journal_of(tmp_path) as journal:
        await transfer(
            transfer_call(journal, MemoryMigration(tenant), tmp_path, stage_of("templates", items)), SETTINGS
        )
    async with journal_of(tmp_path) as journal:
        blind = replace(stage_of("templates", items[:3]), whole=lambda: False)
        summary = await transfer(transfer_call(journal, MemoryMigration(tenant), tmp_path, blind), SETTINGS)
        states = [record.state async for batch in journal.items.records(stage="templates") for record in batch]
    assert states == [ItemState.CONFIRMED] * len(items)
    assert summary.findings == ()
