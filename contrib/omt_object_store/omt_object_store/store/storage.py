"""The verbs that everything is made of: put, read, list, delete, swap. Each is patient and says what went wrong."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

import anyio.to_thread
import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import ObjectStore
from omt_core.api import UploadMismatchError, sentence
from omt_protocol.errors import CHECKSUM_MISMATCH
from omt_protocol.retry import Retries

from omt_object_store.store.failures import StoreDamagedError, store_failure
from omt_object_store.store.folder import StoreFolder

T = TypeVar("T")

BLOCK_BYTES: Final = 8 << 20
"""How much is read in one request: what is in memory of an object that is being read."""

_LISTED: Final = 1_000
_MOST_PARTS: Final = 9_000
"""S3 takes 10,000 parts of one object."""

_RECORD_LIMIT: Final = 64 << 20
_TRIES_TO_STORE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """An object as it is listed. `modified` is by the store's own clock."""

    path: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object, as the store tells it from others."""

    tag: str
    version: str | None = None


class SwapLostError(Exception):
    """Another tool was quicker: the object is not the version that was to be replaced."""


class Storage:
    """A store. `name` is what people know it by. `checks_itself`: it verifies the sha256 of what it is sent.

    `folder` is set where the store is a plain folder, which needs more done to it.
    """

    def __init__(
        self, store: ObjectStore, name: str, retries: Retries, *, folder: StoreFolder | None, checks_itself: bool
    ) -> None:
        self.name = name
        self.folder = folder
        self.checks_itself = checks_itself
        self._store = store
        self._retries = retries

    @property
    def refusals(self) -> int:
        """How often the store asked for less at a time."""
        return self._retries.refusals

    async def reach(self) -> None:
        """Ask something, once and without patience: raises `OnlineError` where the store cannot be reached."""
        try:
            async for _ in obstore.list(self._store, "packs", chunk_size=1):
                return
        except _ERRORS as error:
            raise store_failure(error, self.name) from error

    async def put_verified(self, path: str, content: bytes) -> None:
        """Put an object whole; it is durable, and verified, when this returns.

        Raises `UploadMismatchError` where the store hands out something else, again and again.
        """
        digest = await sha256_of(content)
        for _ in range(_TRIES_TO_STORE):
            await self._again(lambda: obstore.put_async(self._store, path, content, use_multipart=False))
            await self._make_durable(path)
            if self.checks_itself or await self.holds(path, digest, len(content)):
                return
        raise damaged_on_its_way(self.name)

    async def put_composed(self, path: str, blocks: Callable[[], AsyncIterator[bytes]], size: int) -> None:
        """Put an object from a stream of blocks, by a multi-part upload; durable when this returns, not yet verified.

        Where the blocks raise, no object comes to be.
        """
        part = max(BLOCK_BYTES, -(-size // _MOST_PARTS))
        await self._again(
            lambda: obstore.put_async(
                self._store, path, blocks(), use_multipart=True, chunk_size=part, max_concurrency=2
            )
        )
        await self._make_durable(path)

    async def put_file(self, path: str, file: Path, digest: str, size: int) -> None:
        """Put a file's bytes; durable and verified when this returns. Raises `UploadMismatchError`."""

        def read(offset: int) -> bytes:
            with file.open("rb") as opened:
                opened.seek(offset)
                return opened.read(BLOCK_BYTES)

        async def blocks() -> AsyncIterator[bytes]:
            for offset in range(0, size, BLOCK_BYTES):
                yield await anyio.to_thread.run_sync(read, offset)

        await self.put_composed(path, blocks, size)
        if not self.checks_itself and not await self.holds(path, digest, size):
            raise damaged_on_its_way(self.name)

    async def holds(self, path: str, digest: str, size: int) -> bool:
        """Read an object from the store, whole, and tell whether it is this content."""
        sha256 = hashlib.sha256()
        try:
            async for block in self.blocks(path, 0, size):
                await anyio.to_thread.run_sync(sha256.update, block)
            return sha256.hexdigest() == digest and await self.size(path) == size
        except StoreDamagedError:
            return False

    async def blocks(self, path: str, offset: int, length: int) -> AsyncIterator[bytes]:
        """Yield these bytes of an object. Raises `StoreDamagedError` where it is not there, or shorter."""
        end = offset + length
        while offset < end:
            wanted = min(BLOCK_BYTES, end - offset)
            block = await self._range(path, offset, wanted)
            yield block
            offset += wanted

    async def read(self, path: str) -> tuple[bytes, Version] | None:
        """Return a small object and its version, or None when it is not there."""

        async def get() -> tuple[bytes, Version] | None:
            try:
                found = await obstore.get_async(self._store, path)
            except FileNotFoundError:
                return None
            if found.meta["size"] > _RECORD_LIMIT:
                raise StoreDamagedError(path, "is larger than anything that the tool writes there")
            content = bytes(await found.bytes_async())
            if self.folder is not None:
                return content, Version(await sha256_of(content))
            return content, Version(found.meta["e_tag"] or "", found.meta["version"])

        return await self._again(get)

    async def size(self, path: str) -> int | None:
        """Return an object's size, or None when it is not there."""
        found = await self._head(path)
        return None if found is None else found.size

    async def list(self, prefix: str) -> AsyncIterator[Sequence[StoredObject]]:
        """Yield all objects below a prefix in batches."""

        async def first_to_last() -> list[Sequence[StoredObject]]:
            stream = obstore.list(self._store, prefix, chunk_size=_LISTED)
            return [
                tuple(StoredObject(path=one["path"], size=one["size"], modified=one["last_modified"]) for one in batch)
                async for batch in stream
            ]

        for batch in await self._again(first_to_last):
            yield batch

    async def delete(self, paths: Sequence[str]) -> None:
        """Delete objects; those that are not there are no error."""

        async def delete(path: str) -> None:
            try:
                await obstore.delete_async(self._store, path)
            except FileNotFoundError:
                return

        for path in paths:
            await self._again(lambda path=path: delete(path))  # type: ignore[misc] # mypy infers no default's type

    async def swap(self, path: str, content: bytes, expected: Version | None) -> Version:
        """Replace an object of exactly this version (None: that is not there) and return the new one.

        `content` must differ from whatever any other tool writes. Raises `SwapLostError`.
        """
        if self.folder is not None:
            return await self._again(lambda: self._swap_file(path, content, expected))

        async def put() -> Version:
            mode = "create" if expected is None else _update(expected)
            try:
                put = await obstore.put_async(self._store, path, content, mode=mode)  # type: ignore[arg-type] # TypedDict
            except (AlreadyExistsError, PreconditionError):
                # Also what comes of a swap that was done, whose answer was lost.
                found = await self.read(path)
                if found is None or found[0] != content:
                    raise SwapLostError(path) from None
                return found[1]
            return Version(put["e_tag"] or "", put["version"])

        return await self._again(put)

    async def age(self, path: str) -> float | None:
        """Return for how many seconds an object has not been changed, by the store's own clock."""
        probe = f"clock/{secrets.token_hex(8)}"
        await self._again(lambda: obstore.put_async(self._store, probe, b""))
        now, then = await self._head(probe), await self._head(path)
        await self.delete([probe])
        return None if now is None or then is None else (now.modified - then.modified).total_seconds()

    async def _swap_file(self, path: str, content: bytes, expected: Version | None) -> Version:
        folder = self.folder
        if folder is None:
            raise TypeError("only a folder's files are swapped by the tool itself")
        tag = await anyio.to_thread.run_sync(folder.swap, path, content, None if expected is None else expected.tag)
        if tag is None:
            raise SwapLostError(path)
        return Version(tag)

    async def _range(self, path: str, offset: int, length: int) -> bytes:
        async def get() -> bytes:
            try:
                return bytes(await obstore.get_range_async(self._store, path, start=offset, length=length))
            except FileNotFoundError as error:
                raise StoreDamagedError(path, "is not there") from error
            except BaseError as error:
                # How a store says that an object ends before this differs; its size is the same word everywhere.
                if (await obstore.head_async(self._store, path))["size"] < offset + length:
                    raise StoreDamagedError(path, "is shorter than what was put there") from error
                raise

        block = await self._again(get)
        if len(block) != length:
            raise StoreDamagedError(path, "is shorter than what was put there")
        return block

    async def _head(self, path: str) -> StoredObject | None:
        async def head() -> StoredObject | None:
            try:
                found = await obstore.head_async(self._store, path)
            except FileNotFoundError:
                return None
            return StoredObject(path=path, size=found["size"], modified=found["last_modified"])

        return await self._again(head)

    async def _make_durable(self, path: str) -> None:
        if self.folder is not None:
            folder = self.folder
            await self._again(lambda: anyio.to_thread.run_sync(folder.make_durable, path))

    async def _again(self, call: Callable[[], Awaitable[T]]) -> T:
        async def translated() -> T:
            try:
                return await call()
            except _ERRORS as error:
                raise store_failure(error, self.name) from error

        return await self._retries.again(translated)


_ERRORS: Final = (BaseError, OSError, NotImplementedError)


def _update(expected: Version) -> dict[str, str]:
    known = {"e_tag": expected.tag, "version": expected.version}
    return {name: value for name, value in known.items() if value}


def damaged_on_its_way(name: str) -> UploadMismatchError:
    """Say that what was read back is not what was put."""
    return CHECKSUM_MISMATCH.error(
        sentence("{name} does not hand out what it was given.", name=name),
        remedy="Run the same command again. If it happens again, check the store, and the proxies on the way to it.",
    )


async def sha256_of(content: bytes) -> str:
    """Hash in a thread, since a part takes a while."""
    return await anyio.to_thread.run_sync(lambda: hashlib.sha256(content).hexdigest())
