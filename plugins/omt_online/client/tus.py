"""The tus part of the client: uploads at any server that speaks tus 1.0.0, with what that one says it has of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

from omt_core.api import Chunk, OnlineRefusedError, UploadLostError, UploadMismatchError, sentence
from omt_online.client.failures import strange_answer
from omt_online.client.session import Response
from omt_online.client.uploads import (
    SO_FAR,
    TUS,
    VERSION,
    Checksum,
    best_checksum,
    chunk_headers,
    creation_headers,
    told_chunk_headers,
)
from omt_online.errors import ONLINE_CONFLICT, ONLINE_NOT_FOUND
from omt_protocol.errors import OFFSET_MISMATCH, UPLOAD_UNKNOWN

_NOT_THERE: Final = frozenset({UPLOAD_UNKNOWN.code, ONLINE_NOT_FOUND.code})
"""The code of a refusal that says no more than its status."""


class TusLine(Protocol):
    """What carries requests; each failure is an `OnlineError` with a code."""

    @property
    def host(self) -> str:
        """The other end, for messages."""
        ...

    async def send(
        self, method: str, path: str, *, content: Chunk | None = None, headers: Mapping[str, str]
    ) -> Response:
        """Send a request and return its answer, which is a success."""
        ...

    def local_path(self, location: str, asked: str) -> str:
        """Return the path of an address that an answer to a request at `asked` gave."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TusAbilities:
    """What a server has of tus: its extensions, and the checksum that guards a chunk, None where it checks none.

    `so_far`: it also takes the sha256 of a file up to the chunk's end, which costs no second look at the bytes.
    """

    extensions: frozenset[str]
    checksum: Checksum | None
    so_far: bool = False


async def ask_abilities(line: TusLine, collection: str) -> TusAbilities:
    """Ask what of tus is spoken at the address where uploads are created.

    Raises `OnlineRefusedError` when that is not version 1.0.0 with the extension creation.
    """
    answer = await line.send("OPTIONS", collection, headers={})
    extensions = frozenset(_listed(answer.headers, "Tus-Extension"))
    if VERSION not in _listed(answer.headers, "Tus-Version") or "creation" not in extensions:
        raise strange_answer(
            line.host, sentence("uploads are not created there as tus {version} has it", version=VERSION)
        )
    known = _listed(answer.headers, "Tus-Checksum-Algorithm")
    if "checksum" not in extensions:
        return TusAbilities(extensions=extensions, checksum=None)
    return TusAbilities(extensions=extensions, checksum=best_checksum(known), so_far=SO_FAR in known)


class TusUploads:
    """The uploads below one address. Nothing is repeated here; an upload's own address is a path.

    Where the other end checks no chunks none carries a checksum, and what it stored has to be proved another way.
    """

    def __init__(self, line: TusLine, collection: str, abilities: TusAbilities, headers: Mapping[str, str]) -> None:
        """Create uploads by POST to `collection`; `headers` go with every request."""
        self._line = line
        self._collection = collection
        self._abilities = abilities
        self._headers = {**headers, **TUS}

    async def create(
        self,
        size: int,
        metadata: Mapping[str, str],
        first_chunk: Chunk = b"",
        *,
        guarded: bool = True,
        so_far: str | None = None,
    ) -> tuple[str, int]:
        """Create an upload and return its address and offset: 0 where a creation takes no bytes with it.

        The first chunk carries a checksum unless something else guards it; `so_far` is its sha256, if that is known.
        """
        content = first_chunk if "creation-with-upload" in self._abilities.extensions else b""
        headers = {**self._headers, **creation_headers(size, metadata)}
        if content:
            headers |= await self._chunk_headers(content, so_far) if guarded else await chunk_headers(content, None)
        answer = await self._line.send("POST", self._collection, content=content, headers=headers)
        location = answer.headers.get("Location")
        if answer.status != HTTPStatus.CREATED or location is None:
            raise strange_answer(self._line.host, sentence("an upload was created without an address"))
        return self._line.local_path(location, self._collection), self._offset_in(answer) if content else 0

    async def offset(self, url: str) -> int:
        """Return how many bytes are there; raises `UploadLostError`."""
        try:
            answer = await self._line.send("HEAD", url, headers=self._headers)
        except OnlineRefusedError as error:
            # An answer to HEAD has no body, so that its code is the status alone.
            raise (_lost(url) if error.code in _NOT_THERE else error) from error
        return self._offset_in(answer)

    async def send(self, url: str, offset: int, chunk: Chunk, so_far: str | None = None) -> int:
        """Append a chunk and return the new offset; raises `UploadLostError`, `UploadMismatchError`.

        `so_far` is the sha256 of all bytes of the upload up to the chunk's end, if that is known.
        """
        guarded = await self._chunk_headers(chunk, so_far)
        headers = {**self._headers, "Upload-Offset": str(offset), **guarded}
        try:
            answer = await self._line.send("PATCH", url, content=chunk, headers=headers)
        except OnlineRefusedError as error:
            if error.code == ONLINE_CONFLICT.code:
                raise _elsewhere(url, offset) from error
            raise (_lost(url) if error.code in _NOT_THERE else error) from error
        return self._offset_in(answer)

    async def terminate(self, url: str) -> None:
        """Give an upload up; one that is not known is no error, and where none can be given up it is left to expire."""
        if "termination" not in self._abilities.extensions:
            return
        with suppress(UploadLostError):
            try:
                await self._line.send("DELETE", url, headers=self._headers)
            except OnlineRefusedError as error:
                if error.code not in _NOT_THERE:
                    raise

    async def _chunk_headers(self, chunk: Chunk, so_far: str | None) -> Mapping[str, str]:
        if so_far is not None and self._abilities.so_far:
            return told_chunk_headers(so_far)
        return await chunk_headers(chunk, self._abilities.checksum)

    def _offset_in(self, answer: Response) -> int:
        text = answer.headers.get("Upload-Offset", "")
        if not text.isdecimal():
            raise strange_answer(self._line.host, sentence("an upload's offset is not told"))
        return int(text)


def _listed(headers: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in headers.get(name, "").split(","))


def _lost(url: str) -> UploadLostError:
    return UPLOAD_UNKNOWN.error(sentence("The upload {url} is not known online any more.", url=url))


def _elsewhere(url: str, offset: int) -> UploadMismatchError:
    return OFFSET_MISMATCH.error(
        sentence("The upload {url} does not stand at {offset} online.", url=url, offset=offset)
    )
