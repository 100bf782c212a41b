"""The part of the suite for online targets that is about bytes: what is acknowledged is stored, and nothing else is."""

from __future__ import annotations

import random
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from omt_core.api import ContentRef, OnlineError, OnlineMigration, UploadLostError, UploadMismatchError, UploadRequest
from omt_core.testing.online.unwritten import tells_unwritten_bytes, unwritten_bytes
from omt_core.testing.online_side import (
    OnlineSuite,
    bundle_of,
    content_of,
    file_of,
    missing,
    open_migration,
    require,
    send,
    sha256,
)

_CHANCE = random.Random(1)  # noqa: S311 - to be repeated, not to be secret
LARGE = _CHANCE.randbytes(100_000)
CHUNK = 30_000
MEMBERS = tuple(_CHANCE.randbytes(size) for size in (1, 511, 512, 513, 20_000, 0))


class UploadConformance(OnlineSuite):
    """Files and bundles, whole and in chunks, right and wrong."""

    async def test_a_content_is_missing_until_it_is_stored(self, tmp_path: Path) -> None:
        """With the size that was announced; nothing asked is nothing missing."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            require(await migration.missing([]) == frozenset(), "Something is missing of nothing.")
            require(await missing(migration, b"a", b"b") == {sha256(b"a"), sha256(b"b")}, "Something is not missing.")
            await send(migration, file_of(b"a"), b"a")
            require(await missing(migration, b"a", b"b") == {sha256(b"b")}, "Another one is missing than b.")
            longer = ContentRef(digest=sha256(b"a"), size=2)
            require(bool(await migration.missing([longer])), "A content of another size is held for the same.")

    @pytest.mark.parametrize("content", [b"", b"short", LARGE], ids=["empty", "short", "large"])
    async def test_a_file_is_stored_in_one_request(self, tmp_path: Path, content: bytes) -> None:
        """Creation carries all of it; an empty one has nothing to carry."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            if len(content) <= migration.limits.chunk_bytes:
                _, offset = await migration.create_upload(file_of(content), content)
                require(offset == len(content), f"The offset is {offset} of {len(content)}.")
            else:
                await send(migration, file_of(content), content)
            require(not await missing(migration, content), "It is missing after it was acknowledged.")

    async def test_a_file_is_stored_chunk_by_chunk(self, tmp_path: Path) -> None:
        """Each chunk moves the offset by what it holds, and only the last one makes the content known."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            url, offset = await migration.create_upload(file_of(LARGE))
            require(offset == 0, "Nothing was sent, and the offset is not 0.")
            while offset < len(LARGE):
                require(await migration.offset(url) == offset, "The offset is not what was acknowledged.")
                require(bool(await missing(migration, LARGE)), "A part is held for the whole.")
                reached = await migration.send(url, offset, LARGE[offset : offset + _chunk(migration)])
                require(reached > offset, "A chunk did not move the offset.")
                offset = reached
            require(not await missing(migration, LARGE), "It is missing after its last chunk.")

    @pytest.mark.parametrize("kind", ["file", "bundle"])
    async def test_an_upload_goes_on_after_a_restart(self, tmp_path: Path, kind: str) -> None:
        """At the byte that was acknowledged last, also where the tool was killed and gave nothing back."""
        request, content = (file_of(LARGE), LARGE) if kind == "file" else bundle_of(MEMBERS)
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            chunk = min(_chunk(migration), len(content) // 3)
            url, offset = await migration.create_upload(request, content[:chunk])
            offset = await migration.send(url, offset, content[offset : offset + chunk])
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            require(await migration.offset(url) == offset, "What was acknowledged is not there after a restart.")
            while offset < len(content):
                offset = await migration.send(url, offset, content[offset : offset + chunk])
            stored = [LARGE] if kind == "file" else MEMBERS
            require(not await missing(migration, *stored), "It is missing after its last chunk.")

    async def test_what_is_acknowledged_is_on_the_disk(self, tmp_path: Path) -> None:
        """A power cut after the answer takes nothing away: what a file system has only in memory was not synced.

        Told where Linux tells of pages that are not written yet (6.5 or newer), and of files below the folder.
        """
        if not self.keeps_files:
            pytest.skip("its files are no matter of the target: `keeps_files` is False")
        (tmp_path / "probe").mkdir()
        if not await to_thread.run_sync(tells_unwritten_bytes, tmp_path / "probe"):
            pytest.skip("this system does not tell what is not on the disk yet")
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            chunk = _chunk(migration)
            url, offset = await migration.create_upload(file_of(LARGE), LARGE[:chunk])
            for moment in ("created", "sent", "stored"):
                unwritten = await to_thread.run_sync(unwritten_bytes, tmp_path)
                require(unwritten < chunk // 2, f"When it was {moment}, {unwritten} bytes were not on the disk.")
                end = len(LARGE) if moment == "sent" else offset + chunk
                while offset < end and offset < len(LARGE):
                    offset = await migration.send(url, offset, LARGE[offset : offset + chunk])

    async def test_a_chunk_is_only_lent(self, tmp_path: Path) -> None:
        """When the call is over its memory holds something else."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            memory = bytearray(LARGE[: _chunk(migration)])
            url, offset = await migration.create_upload(file_of(LARGE), memoryview(memory))
            memory[:] = bytes(len(memory))
            while offset < len(LARGE):
                piece = bytearray(LARGE[offset : offset + _chunk(migration)])
                offset = await migration.send(url, offset, memoryview(piece))
                piece[:] = bytes(len(piece))
            require(not await missing(migration, LARGE), "It is missing after its last chunk.")

    async def test_a_chunk_at_another_offset_is_refused_and_does_no_harm(self, tmp_path: Path) -> None:
        """By `UploadMismatchError`, whose remedy is to ask for the offset."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            chunk = _chunk(migration)
            url, offset = await migration.create_upload(file_of(LARGE), LARGE[:chunk])
            for wrong in (0, offset + 1):
                with pytest.raises(UploadMismatchError):
                    await migration.send(url, wrong, LARGE[wrong : wrong + 10])
            require(await migration.offset(url) == offset, "The refused chunk moved the offset.")

    async def test_more_than_was_announced_is_refused(self, tmp_path: Path) -> None:
        """And the content is not stored."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            url, offset = await migration.create_upload(file_of(b"announced"), b"announ")
            with pytest.raises(OnlineError):
                await migration.send(url, offset, b"ced and more")
            require(bool(await missing(migration, b"announced")), "It is stored although more was sent.")

    @pytest.mark.parametrize("whole", [True, False], ids=["in one request", "in chunks"])
    async def test_a_file_that_is_not_what_was_announced_is_refused_and_gone(
        self, tmp_path: Path, *, whole: bool
    ) -> None:
        """By `content-mismatch`; neither what was announced nor what arrived counts as stored."""
        wrong = b"\0" + LARGE[1:]
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            with pytest.raises(UploadMismatchError) as caught:
                await send(migration, file_of(LARGE), wrong, chunk=0 if whole else CHUNK)
            require(caught.value.code == "content-mismatch", f"The code is {caught.value.code}.")
            require(len(await missing(migration, LARGE, wrong)) == 2, "Something of it is stored.")  # noqa: PLR2004 - both
            await send(migration, file_of(LARGE), LARGE)
            require(not await missing(migration, LARGE), "It cannot be stored after a wrong try.")

    async def test_an_upload_that_was_given_up_is_lost(self, tmp_path: Path) -> None:
        """And giving it up again is no error."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            url, offset = await migration.create_upload(file_of(LARGE), LARGE[:10])
            await migration.terminate(url)
            await migration.terminate(url)
            with pytest.raises(UploadLostError):
                await migration.offset(url)
            with pytest.raises(UploadLostError):
                await migration.send(url, offset, LARGE[offset : offset + 10])

    async def test_a_landed_upload_is_whole_or_forgotten(self, tmp_path: Path) -> None:
        """Whoever did not hear the last answer asks for the offset."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            url, offset = await migration.create_upload(file_of(b"landed"), b"la")
            await migration.send(url, offset, b"nded")
            try:
                require(await migration.offset(url) == len(b"landed"), "A landed upload stands before its end.")
            except UploadLostError:
                require(not await missing(migration, b"landed"), "It is forgotten, and its content is missing.")

    async def test_many_uploads_go_on_at_the_same_time(self, tmp_path: Path) -> None:
        """As many as its limits say, and the same content twice among them."""
        contents = [_CHANCE.randbytes(5_000) for _ in range(7)]
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            for begin in range(0, 8, migration.limits.parallel_uploads):
                async with anyio.create_task_group() as tasks:
                    for content in [*contents, contents[0]][begin : begin + migration.limits.parallel_uploads]:
                        tasks.start_soon(
                            lambda content: send(migration, file_of(content), content, chunk=2_000), content
                        )
            require(not await missing(migration, *contents), "Something is missing.")

    @pytest.mark.parametrize("chunk", [0, 7_000], ids=["in one request", "in chunks"])
    async def test_a_bundle_stores_all_its_members(self, tmp_path: Path, chunk: int) -> None:
        """Of any size, an empty one too."""
        request, content = bundle_of(MEMBERS)
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            await send(migration, request, content, chunk=chunk)
            require(not await missing(migration, *MEMBERS), "A member is missing.")
            await send(migration, request, content, chunk=chunk)

    @pytest.mark.parametrize("chunk", [0, 7_000], ids=["in one request", "in chunks"])
    async def test_a_bundle_with_one_wrong_member_is_refused_whole(self, tmp_path: Path, chunk: int) -> None:
        """A name is believed only after its bytes were hashed."""
        names = [*(sha256(member) for member in MEMBERS[:-1]), sha256(b"another")]
        request, content = bundle_of(MEMBERS, names)
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            with pytest.raises(UploadMismatchError):
                await send(migration, request, content, chunk=chunk)
            asked = [*(content_of(member) for member in MEMBERS), content_of(b"another")]
            require(len(await migration.missing(asked)) == len(asked), "Something of it is stored.")

    async def test_a_bundle_that_is_none_is_refused(self, tmp_path: Path) -> None:
        """Whatever its digest says."""
        request, content = bundle_of([LARGE[:4_000]])
        cut = UploadRequest(kind="bundle", digest=request.digest, size=1_024, members=request.members)
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            with pytest.raises(OnlineError):
                await migration.create_upload(cut, content[:1_024])
            require(bool(await missing(migration, LARGE[:4_000])), "It is stored.")


def _chunk(migration: OnlineMigration) -> int:
    return min(CHUNK, migration.limits.chunk_bytes)
