"""The last step of an upload: the whole is verified in the store, and from then on known.

The order is what makes it safe at any crash: the object, then read back, then its record, then the answer. An object
without a record counts for nothing and is put again.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Literal

import anyio.to_thread
from omt_protocol.bundle.reader import BundleReader, bundle_digest
from omt_protocol.errors import CONTENT_MISMATCH
from omt_protocol.protocol_error import ProtocolError

from omt_object_store.store.catalogue import Catalogue
from omt_object_store.store.layout import Member, StoredRecord, object_of, record_of
from omt_object_store.store.storage import Storage, damaged_on_its_way, sha256_of


def unpacked(content: bytes, *, member_bytes: int) -> tuple[str, Sequence[Member]]:
    """Return what a bundle is announced by, and its members, having checked its form and each digest. Blocking.

    Raises `OnlineRefusedError` `bundle-malformed` or `too-large`, and `UploadMismatchError` `content-mismatch`.
    """
    reader = BundleReader(member_bytes=member_bytes, plain=True)
    reader.update(content)
    try:
        members = reader.members()
    except ProtocolError as error:
        raise error.as_online_error() from error
    return bundle_digest(members), [Member(member.digest.hex(), member.size, member.offset) for member in members]


class Landing:
    """Lands contents and bundles, and keeps the catalogue up to date."""

    def __init__(self, storage: Storage, catalogue: Catalogue, *, member_bytes: int) -> None:
        self._storage = storage
        self._catalogue = catalogue
        self._member_bytes = member_bytes

    async def file(self, digest: str, content: bytes) -> None:
        """Land a content that is in memory whole. Raises `UploadMismatchError`."""
        _require(digest, await sha256_of(content))
        await self._storage.put_verified(object_of("file", digest), content)
        await self._record("file", digest, len(content), (Member(digest, len(content), 0),))

    async def composed(self, digest: str, size: int, blocks: Callable[[], AsyncIterator[bytes]]) -> None:
        """Land a content from its parts, which are streamed through this machine once. Raises `UploadMismatchError`."""
        path = object_of("file", digest)

        async def hashed() -> AsyncIterator[bytes]:
            sha256 = hashlib.sha256()
            async for block in blocks():
                await anyio.to_thread.run_sync(sha256.update, block)
                yield block
            # Raised before the stream ends, so that no object comes to be.
            _require(digest, sha256.hexdigest())

        await self._storage.put_composed(path, hashed, size)
        if not self._storage.checks_itself and not await self._storage.holds(path, digest, size):
            await self._storage.delete([path])
            raise damaged_on_its_way(self._storage.name)
        await self._record("file", digest, size, (Member(digest, size, 0),))

    async def bundle(self, digest: str, content: bytes) -> None:
        """Land a bundle as it came. Raises `UploadMismatchError`, and `OnlineRefusedError` where it is none."""
        arrived, found = await anyio.to_thread.run_sync(partial(unpacked, content, member_bytes=self._member_bytes))
        _require(digest, arrived)
        await self._storage.put_verified(object_of("bundle", digest), content)
        await self._record("bundle", digest, len(content), found)

    async def _record(self, kind: Literal["file", "bundle"], digest: str, size: int, members: Sequence[Member]) -> None:
        record = StoredRecord(
            kind=kind,
            digest=digest,
            size=size,
            verified="checksum" if self._storage.checks_itself else "read-back",
            members=tuple(members),
        )
        await self._storage.put_verified(record_of(kind, digest), record.to_bytes())
        await self._catalogue.add(record)


def _require(announced: str, arrived: str) -> None:
    if announced != arrived:
        raise CONTENT_MISMATCH.error(
            "What arrived is not what was announced; nothing of it was kept.",
            remedy="Read the file again and send it in a new upload.",
        )
