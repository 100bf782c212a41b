"""Short-lived tokens, renewed before they expire, and the migration's secret that they are exchanged for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import anyio
import anyio.to_thread
from pydantic import SecretStr

from omt_core.api import SECRETS, InputError, decode_text, sentence
from omt_online.client.answers import Token
from omt_online.errors import ONLINE_TOKEN_MISSING, ONLINE_TOKEN_UNREADABLE

_RENEW_AHEAD: Final = 0.2
"""The part of a token's life that is left when it is renewed: a long request must not outlive it."""

_SECRET_BYTES: Final = 8_192


TokenSource: TypeAlias = Callable[[], Awaitable[Token]]
"""Gives a new token each time."""


class Tokens:
    """Holds the current token; its source gives a new one: for the secret, or from whoever hands them out."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source
        self._lock = anyio.Lock()
        self._token = SecretStr("")
        self._renew_at = float("-inf")

    async def current(self) -> SecretStr:
        """Return a token that is good for a while."""
        async with self._lock:
            if anyio.current_time() >= self._renew_at:
                await self._renew()
            return self._token

    async def renewed(self, refused: SecretStr) -> SecretStr:
        """Return a token other than `refused`, which the tenant did not take."""
        async with self._lock:
            if self._token == refused:
                await self._renew()
            return self._token

    async def _renew(self) -> None:
        asked = anyio.current_time()
        token = await self._source()
        SECRETS.add(token.token)
        self._token = SecretStr(token.token)
        self._renew_at = asked + token.expires_in * (1 - _RENEW_AHEAD)


@dataclass(slots=True)
class MigrationSecret:
    """The migration's secret, and the file that it was read from; without one there is no other to be had."""

    text: SecretStr
    file: Path | None = None

    async def read_anew(self) -> bool:
        """Read the file again, and tell whether it holds another secret by now: the online side may give out a new one.

        A file that cannot be read at this moment holds none.
        """
        try:
            now = self if self.file is None else await read_secret(self.file)
        except InputError:
            return False
        known, self.text = self.text, now.text
        return self.text != known


async def read_secret(path: Path | None) -> MigrationSecret:
    """Read the migration's secret. Raises `InputError` when there is none; its text is never part of a message."""
    if path is None:
        raise ONLINE_TOKEN_MISSING.error()
    try:
        content = await anyio.to_thread.run_sync(partial(_read, path))
    except OSError as error:
        raise ONLINE_TOKEN_UNREADABLE.error(
            sentence(
                "The file with the migration's secret, {path}, cannot be read: {reason}.",
                path=path,
                reason=error.strerror,
            )
        ) from error
    text = decode_text(content, sentence("The file with the migration's secret, {path},", path=path)).strip()
    if not text or not text.isprintable():
        raise ONLINE_TOKEN_UNREADABLE.error(
            sentence("The file with the migration's secret, {path}, does not hold one line of text.", path=path),
            remedy=sentence("Get the file from the online side once more."),
        )
    SECRETS.add(text)
    return MigrationSecret(SecretStr(text), path)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_SECRET_BYTES)
