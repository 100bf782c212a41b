"""What something on the way does not let through: that one file is left behind, and all else arrives."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from omt_core.api.errors import BodyRefusedError
from omt_core.api.events import Notice
from omt_core.api.items import ItemState
from omt_core.api.online import Chunk, UploadRequest
from omt_core.journal import Journal
from omt_upload.line.concurrency import Concurrency
from omt_upload.line.line import Line
from omt_upload.transfer import transfer
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import (
    SETTINGS,
    Unlimited,
    Watcher,
    folder_items,
    stage_of,
    transfer_call,
    write_files,
)
from tests.plugins.omt_upload.test_transfer import journal_of

pytestmark = pytest.mark.anyio

VIRUS = b"X5O!P%@AP"


class Filtered(MemoryMigration):
    """A line with a scanner, or with something that takes no long bodies, in it."""

    def __init__(self, tenant: MemoryTenant, *, longest: int | None = None, status: int | None = 403) -> None:
        super().__init__(tenant)
        self._longest = longest
        self._status = status
        self.refused = 0

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> tuple[str, int]:
        self._judge(first_chunk)
        return await super().create_upload(request, first_chunk)

    @override
    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        self._judge(chunk)
        return await super().send(url, offset, chunk)

    def _judge(self, chunk: Chunk) -> None:
        if VIRUS in bytes(chunk) and self._longest is None:
            self.refused += 1
            raise BodyRefusedError("body-refused", "blocked", "ask", status=self._status)
        if self._longest is not None and len(chunk) > self._longest:
            self.refused += 1
            raise BodyRefusedError("too-large", "Too long.", "raise it", status=413)


async def moved(tmp_path: Path, journal: Journal, migration: Filtered, folder: Path) -> tuple[int, Watcher]:
    watcher = Watcher(tmp_path)
    stage = stage_of("documents", folder_items("documents", folder), batch=1_000)
    summary = await transfer(transfer_call(journal, migration, tmp_path, stage, run=watcher), SETTINGS)
    return summary.failed, watcher


async def states(journal: Journal) -> dict[str, tuple[ItemState, str]]:
    return {record.key: (record.state, record.reason) async for batch in journal.items.records() for record in batch}


@pytest.mark.parametrize("status", [403, 406, 415, 451, None])
async def test_the_one_file_is_left_behind_and_named_and_the_next_run_tries_it_again(
    tmp_path: Path, status: int | None
) -> None:
    folder, tenant = tmp_path / "archive", MemoryTenant()
    write_files(folder, {f"{number}.doc": b"%d" % number for number in range(200)} | {"bad.doc": b"with " + VIRUS})
    async with journal_of(tmp_path) as journal:
        migration = Filtered(tenant, status=status)
        failed, _ = await moved(tmp_path, journal, migration, folder)
        told = await states(journal)
        assert failed == 1
        assert told.pop("bad.doc") == (ItemState.FAILED, "file-blocked-on-the-way")
        assert set(told.values()) == {(ItemState.CONFIRMED, "")}
        assert migration.refused <= 9  # halved each time, and not sent one by one
        assert not tenant.committed
        failed, _ = await moved(tmp_path, journal, migration, folder)
        assert failed == 1
    async with journal_of(tmp_path) as journal:
        failed, _ = await moved(tmp_path, journal, Filtered(tenant, longest=1 << 30), folder)
        assert failed == 0
        assert {state for state, _ in (await states(journal)).values()} == {ItemState.CONFIRMED}


@given(bad=st.sets(st.integers(0, 39), max_size=8))
@settings(max_examples=15, deadline=None)
async def test_whichever_files_are_refused_all_others_arrive(
    tmp_path_factory: pytest.TempPathFactory, bad: set[int]
) -> None:
    tmp_path, tenant = tmp_path_factory.mktemp("any"), MemoryTenant()
    contents = {f"{number:02}.doc": b"%d" % number + VIRUS * (number in bad) for number in range(40)}
    write_files(tmp_path / "archive", contents)
    async with journal_of(tmp_path) as journal:
        failed, _ = await moved(tmp_path, journal, Filtered(tenant), tmp_path / "archive")
        left = {key for key, (state, _) in (await states(journal)).items() if state is not ItemState.CONFIRMED}
    assert failed == len(bad)
    assert left == {f"{number:02}.doc" for number in bad}


async def test_a_large_file_is_left_behind_alone(tmp_path: Path) -> None:
    folder, tenant = tmp_path / "archive", MemoryTenant()
    write_files(folder, {"large.bin": b"x" * 500_000 + VIRUS, "other.doc": b"y"})
    async with journal_of(tmp_path) as journal:
        failed, _ = await moved(tmp_path, journal, Filtered(tenant), folder)
        told = await states(journal)
        assert not await journal.uploads.unfinished()
    assert failed == 1
    assert told["large.bin"] == (ItemState.FAILED, "file-blocked-on-the-way")
    assert told["other.doc"][0] is ItemState.CONFIRMED


async def test_copies_of_a_refused_content_are_left_behind_together(tmp_path: Path) -> None:
    folder, tenant = tmp_path / "archive", MemoryTenant()
    write_files(folder, {"one.doc": VIRUS, "same.doc": VIRUS, "other.doc": b"y"})
    async with journal_of(tmp_path) as journal:
        assert (await moved(tmp_path, journal, Filtered(tenant), folder))[0] == 2


async def test_a_line_that_lets_nothing_through_is_no_matter_of_the_files(tmp_path: Path) -> None:
    folder, tenant = tmp_path / "archive", MemoryTenant()
    write_files(folder, {f"{number}.doc": VIRUS + b"%d" % number for number in range(150)})
    async with journal_of(tmp_path) as journal:
        with pytest.raises(BodyRefusedError):
            await moved(tmp_path, journal, Filtered(tenant), folder)


async def test_bodies_get_shorter_until_they_are_taken(tmp_path: Path) -> None:
    folder, tenant = tmp_path / "archive", MemoryTenant()
    files = {f"{number}.doc": bytes([number]) * 5_000 for number in range(100)} | {"large.bin": b"x" * 700_000}
    write_files(folder, files)
    async with journal_of(tmp_path) as journal:
        failed, watcher = await moved(tmp_path, journal, Filtered(tenant, longest=100_000), folder)
        assert {state for state, _ in (await states(journal)).values()} == {ItemState.CONFIRMED}
    assert failed == 0
    assert max(tenant.bodies) <= 100_000
    said = [event.message for event in watcher.events if isinstance(event, Notice)]
    assert said[0].startswith("Too long. No request carries more than")
    assert tenant.committed


async def test_where_even_short_bodies_are_too_long_the_run_ends_with_what_was_said(tmp_path: Path) -> None:
    folder, tenant = tmp_path / "archive", MemoryTenant()
    write_files(folder, {"large.bin": b"x" * 700_000})
    async with journal_of(tmp_path) as journal:
        with pytest.raises(BodyRefusedError):
            await moved(tmp_path, journal, Filtered(tenant, longest=100), folder)


async def test_a_body_that_got_through_begins_the_count_anew() -> None:
    concurrency = Concurrency(SETTINGS, most=1)
    line = Line(MemoryMigration(MemoryTenant()), Unlimited(), SETTINGS, concurrency, lambda: 64 << 20)
    assert not any(line.blocks_all() for _ in range(99))
    await line.create(UploadRequest(kind="file", digest="0" * 64, size=9), b"x")
    assert not any(line.blocks_all() for _ in range(99))
    assert line.blocks_all()
