"""The part of the suite for online targets that is about others who send under a claim, where a target has that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

import pytest

from omt_core.api import CompletionRequest, OnlineMigration, OnlineRefusedError, SenderPass, SenderPasses
from omt_core.testing.online.uploads import CHUNK, LARGE, MEMBERS
from omt_core.testing.online_side import (
    Connect,
    OnlineSuite,
    bundle_of,
    commit_stage,
    file_of,
    missing,
    open_migration,
    require,
    send,
)


class SenderConformance(OnlineSuite):
    """A sender's pass is good for asking and for uploads, as long as the claim that it is of."""

    async def test_what_a_sender_uploads_is_stored_for_the_migration(self, tmp_path: Path) -> None:
        """As if the holder of the claim had sent it: files and bundles, whole and in chunks."""
        async with self._opened(tmp_path) as (_, holder), self._sent_by(holder) as sender:
            require(sender.id == holder.id, "A sender has the id of another migration.")
            require(bool(await missing(sender, LARGE)), "A sender is told that something is stored that is not.")
            await send(sender, file_of(LARGE), LARGE, chunk=CHUNK)
            await send(sender, *bundle_of(MEMBERS))
            require(not await missing(holder, LARGE, *MEMBERS), "What a sender has sent is missing.")
            url, _ = await sender.create_upload(file_of(b"given up"), b"given")
            await sender.terminate(url)

    async def test_a_sender_goes_on_with_an_upload_of_another_one(self, tmp_path: Path) -> None:
        """A machine that died leaves its half to the next."""
        async with self._opened(tmp_path) as (_, holder):
            async with self._sent_by(holder) as first:
                url, offset = await first.create_upload(file_of(LARGE), LARGE[:CHUNK])
            async with self._sent_by(holder) as second:
                require(await second.offset(url) == offset, "What another sender was acknowledged is not there.")
                while offset < len(LARGE):
                    offset = await second.send(url, offset, LARGE[offset : offset + CHUNK])
            require(not await missing(holder, LARGE), "It is missing after its last chunk.")

    async def test_a_sender_can_decide_nothing(self, tmp_path: Path) -> None:
        """Neither commit nor complete, nor read what is stored, nor let go of the claim, nor hand out passes."""
        async with self._opened(tmp_path) as (_, holder), self._sent_by(holder) as sender:
            with pytest.raises(OnlineRefusedError):
                await commit_stage(sender, tmp_path, "documents", [])
            for request in (None, CompletionRequest()):
                with pytest.raises(OnlineRefusedError):
                    async for _ in sender.complete(request):
                        pass
            with pytest.raises(OnlineRefusedError):
                await sender.result(tmp_path)
            with pytest.raises(OnlineRefusedError):
                async for _ in sender.manifest():
                    pass
            with suppress(OnlineRefusedError):
                handed = await sender.hand_out() if isinstance(sender, SenderPasses) else None
                require(handed is None, "A sender hands out passes.")
            with suppress(OnlineRefusedError):
                await sender.aclose()
            await commit_stage(holder, tmp_path, "documents", [])

    async def test_a_pass_dies_with_the_claim(self, tmp_path: Path) -> None:
        """Given back, or taken anew by the tool's own next run."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as holder:
            given = await self._pass_of(holder)
            async with open_migration(connect, tmp_path / "one") as later:
                await self._refused(given)
                again = await self._pass_of(later)
                async with self._sender(again) as sender:
                    require(bool(await missing(sender, b"a")), "It tells of a content that nobody sent.")
            await self._refused(again)

    async def test_a_pass_does_not_tell_its_token(self, tmp_path: Path) -> None:
        """It would stand in logs."""
        async with self._opened(tmp_path) as (_, holder):
            given = await self._pass_of(holder)
            require(bool(given.token) and given.token not in repr(given), "Its token is in its text.")
            require(given.seconds > 0, "It is over before it was given.")

    @asynccontextmanager
    async def _opened(self, folder: Path) -> AsyncIterator[tuple[Connect, OnlineMigration]]:
        async with self.online_side(folder) as connect, open_migration(connect, folder / "one") as holder:
            yield connect, holder

    async def _pass_of(self, migration: OnlineMigration) -> SenderPass:
        given = await migration.hand_out() if isinstance(migration, SenderPasses) else None
        if given is None:
            pytest.skip("it hands out no passes for senders")
        return given

    def _sender(self, given: SenderPass) -> AbstractAsyncContextManager[OnlineMigration]:
        opened = self.sender(given)
        require(opened is not None, "It hands out passes, and `sender` of the suite does not say how to use one.")
        assert opened is not None  # noqa: S101 - said to type checkers; `require` has refused it
        return opened

    @asynccontextmanager
    async def _sent_by(self, holder: OnlineMigration) -> AsyncIterator[OnlineMigration]:
        async with self._sender(await self._pass_of(holder)) as sender:
            yield sender

    async def _refused(self, given: SenderPass) -> None:
        with pytest.raises(OnlineRefusedError):
            async with self._sender(given) as sender:
                await sender.missing([])
