"""Patience repeats what may be repeated, never blindly what may have arrived."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import anyio
import pytest
import stamina
from typing_extensions import override

from omt_core.api.errors import (
    BodyRefusedError,
    OnlineError,
    OnlineRefusedError,
    OnlineUnavailableError,
    UploadMismatchError,
)
from omt_core.api.events import Notice
from omt_core.api.online import Chunk, ManifestEntry
from omt_protocol.retry import Patience, Retries, RetryingMigration
from tests.plugins.omt_online.client.tenants import Watcher
from tests.plugins.omt_upload.memory_tenant import Arriving, MemoryMigration, MemoryTenant, UploadRequest

pytestmark = pytest.mark.anyio

CONTENT = bytes(range(200))


@pytest.fixture(autouse=True)
def _without_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4):
        yield


class Unsteady(MemoryMigration):
    """Does, or does not do, what it is told, and then fails as the list says."""

    def __init__(self, tenant: MemoryTenant, failures: list[tuple[bool, OnlineError]]) -> None:
        super().__init__(tenant)
        self.failures = failures
        self.sent: list[tuple[int, int]] = []
        self.cuts_creations = False

    @override
    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        self.sent.append((offset, len(chunk)))
        if not self.failures:
            return await super().send(url, offset, chunk)
        arrives, error = self.failures.pop(0)
        if arrives:
            await super().send(url, offset, chunk)
        raise error

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> tuple[str, int]:
        self.sent.append((0, len(first_chunk)))
        if self.cuts_creations:
            raise gone()
        return await super().create_upload(request, first_chunk)

    @override
    async def announce(self, entries: object) -> None:
        raise self.failures.pop(0)[1]

    @override
    async def missing(self, contents: object) -> frozenset[str]:
        if self.failures:
            raise self.failures.pop(0)[1]
        return frozenset({"x"})

    @override
    async def manifest(self) -> AsyncIterator[Sequence[ManifestEntry]]:
        entries = [ManifestEntry(stage="s", key=str(key), name="n", size=1, digest="ab" * 32) for key in range(6)]
        yield entries[:2]
        yield entries[2:4]
        if self.failures:
            raise self.failures.pop(0)[1]
        yield entries[4:]

    @override
    async def aclose(self) -> None:
        raise gone()


def gone(retry_after: float | None = None) -> OnlineUnavailableError:
    return OnlineUnavailableError("online-connection-lost", "The line broke.", "Again.", retry_after=retry_after)


def patient(*failures: tuple[bool, OnlineError]) -> tuple[RetryingMigration, Unsteady, Watcher]:
    tenant = MemoryTenant()
    tenant.uploads["/u"] = Arriving(UploadRequest(kind="file", digest="", size=10_000))
    inner, watcher = Unsteady(tenant, list(failures)), Watcher(Path())
    return RetryingMigration(inner, Patience(total=600, longest_wait=30), watcher), inner, watcher


def told(watcher: Watcher) -> list[str]:
    return [event.message for event in watcher.events if isinstance(event, Notice)]


async def test_a_call_is_repeated_until_it_succeeds_and_the_wait_is_told() -> None:
    migration, _, watcher = patient((False, gone(retry_after=17)))
    assert await migration.missing([]) == {"x"}
    assert told(watcher) == ["The line broke. Trying again in 17 s."]


async def test_a_tenant_that_is_gone_is_one_line_then_a_count_each_minute_then_that_it_is_back() -> None:
    clock, watcher = [0.0], Watcher(Path())
    retries = Retries(Patience(total=600, longest_wait=3), watcher, clock=lambda: clock[0])
    failures = 0

    async def upload() -> None:
        nonlocal failures
        if failures < 78:
            failures += 1
            clock[0] += 1.0
            raise gone(retry_after=0)

    with stamina.set_testing(True, attempts=100):
        async with anyio.create_task_group() as uploads:
            for _ in range(6):
                uploads.start_soon(retries.again, upload)
    assert told(watcher) == [
        "The line broke. Trying again in 0 s.",
        "The line broke. Tried 61 times so far.",
        "The online side answers again, after 78 tries that failed.",
    ]


async def test_an_online_side_that_is_busy_now_and_then_is_told_once_a_minute() -> None:
    busy = OnlineUnavailableError("busy", "Too many uploads.", "Later.", retry_after=1)
    migration, unsteady, watcher = patient()
    for _ in range(5):
        unsteady.failures = [(False, busy)]
        await migration.missing([])
    assert told(watcher) == ["Too many uploads. Trying again in 1 s."]


async def test_only_answers_that_the_online_side_is_busy_count_as_refusals() -> None:
    busy = OnlineUnavailableError("busy", "Too many uploads.", "Later.", retry_after=1)
    migration, _, _ = patient((False, busy), (False, gone()), (False, busy))
    await migration.missing([])
    assert migration.refusals == 2


async def test_patience_ends_with_the_last_error() -> None:
    migration, _, _ = patient(*[(False, gone())] * 9)
    with pytest.raises(OnlineUnavailableError, match="The line broke"):
        await migration.missing([])


@pytest.mark.parametrize("failure", [gone(), OnlineRefusedError("migration-claimed", "message", "remedy")])
async def test_a_hint_that_does_not_arrive_is_left_at_that(failure: OnlineError) -> None:
    migration, unsteady, watcher = patient((False, failure))
    await migration.announce([])
    assert (unsteady.failures, watcher.events) == ([], [])


async def test_a_refusal_is_not_repeated() -> None:
    migration, inner, _ = patient((False, OnlineRefusedError("no", "No.", "")), (False, gone()))
    with pytest.raises(OnlineRefusedError):
        await migration.missing([])
    assert len(inner.failures) == 1


async def test_a_chunk_whose_answer_was_lost_is_not_sent_again() -> None:
    migration, inner, _ = patient((True, gone()))
    assert await migration.send("/u", 0, CONTENT) == 200
    assert inner.sent == [(0, 200)]


async def test_a_chunk_that_was_lost_is_sent_again() -> None:
    migration, inner, _ = patient((False, gone()), (False, gone()))
    assert await migration.send("/u", 0, CONTENT) == 200
    assert inner.sent == [(0, 200)] * 3


async def test_a_damaged_chunk_is_sent_again_and_a_damaged_whole_is_not() -> None:
    migration, inner, _ = patient((False, UploadMismatchError("checksum-mismatch", "differs", "")))
    assert await migration.send("/u", 0, CONTENT) == 200
    migration, inner, _ = patient((False, UploadMismatchError("content-mismatch", "differs", "")))
    with pytest.raises(UploadMismatchError):
        await migration.send("/u", 0, CONTENT)
    assert len(inner.sent) == 1


async def test_a_chunk_that_is_damaged_each_time_ends_as_a_mismatch() -> None:
    migration, _, _ = patient(*[(False, UploadMismatchError("checksum-mismatch", "differs", ""))] * 9)
    with pytest.raises(UploadMismatchError):
        await migration.send("/u", 0, CONTENT)


async def test_a_body_over_which_the_line_breaks_each_time_is_refused_on_the_way() -> None:
    retrying, inner, _ = patient(*[(False, gone())] * 6)
    with stamina.set_testing(True, attempts=8), pytest.raises(BodyRefusedError) as caught:
        await retrying.send("/u", 0, CONTENT)
    assert (caught.value.code, caught.value.status) == ("body-refused", None)
    assert inner.sent == [(0, 200)] * 6


async def test_a_first_body_over_which_the_line_breaks_each_time_is_refused_on_the_way() -> None:
    retrying, inner, _ = patient()
    inner.cuts_creations = True
    with stamina.set_testing(True, attempts=8), pytest.raises(BodyRefusedError) as caught:
        await retrying.create_upload(UploadRequest(kind="file", digest="ab" * 32, size=200), CONTENT)
    assert caught.value.status is None
    assert inner.sent == [(0, 200)] * 6


async def test_a_line_that_carries_nothing_at_all_says_nothing_of_a_body() -> None:
    retrying, inner, _ = patient(*[(False, gone())] * 8)
    inner.cuts_creations = True
    with stamina.set_testing(True, attempts=8), pytest.raises(OnlineUnavailableError):
        await retrying.create_upload(UploadRequest(kind="file", digest="ab" * 32, size=200), CONTENT)


async def test_only_the_part_of_a_chunk_that_is_not_there_yet_is_sent() -> None:
    migration, inner, _ = patient((False, gone()))
    inner.tenant.uploads["/u"].received += CONTENT[:50]
    inner.sent.clear()
    assert await migration.send("/u", 0, CONTENT) == 200
    assert inner.sent == [(0, 200), (50, 150)]


async def test_an_upload_that_stands_behind_the_chunk_is_a_mismatch() -> None:
    migration, inner, _ = patient((False, gone()))
    with pytest.raises(UploadMismatchError):
        await migration.send("/u", 100, CONTENT)
    assert inner.sent == [(100, 200)]


async def test_a_manifest_goes_on_behind_what_was_told() -> None:
    migration, _, _ = patient((False, gone()))
    keys = [entry.key async for batch in migration.manifest() for entry in batch]
    assert keys == list("012345")


async def test_a_claim_that_cannot_be_given_back_is_told_and_ends_by_itself() -> None:
    migration, _, watcher = patient()
    await migration.aclose()
    assert isinstance(watcher.events[-1], Notice)
