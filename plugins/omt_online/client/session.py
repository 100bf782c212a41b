"""Requests to the tenant: one connection pool, TLS always verified, no redirects, every failure a named error."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Final, TypeVar

import aiohttp
import anyio
from pydantic import BaseModel, SecretStr, ValidationError
from yarl import URL

from omt_core.api import EventSink, OnlineRefusedError, __version__, sentence
from omt_online.client.answers import Token
from omt_online.client.failures import refusal, strange_answer, unreachable
from omt_online.client.silence import Silence
from omt_online.client.tokens import MigrationSecret, Tokens, TokenSource
from omt_online.settings import ClientSettings
from omt_protocol.errors import SECRET_WRONG

AnswerT = TypeVar("AnswerT", bound=BaseModel)

_PIECE: Final = 256 * 1024
_ENOUGH_PATIENCE: Final = 0.95
"""The part of it that, while it is left, need not be renewed with a piece: that would cost more than sending one."""

_ANSWER_BYTES: Final = 64 * 1024 * 1024
_NO_HEADERS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer that is a success, read to its end."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class TenantSession:
    """Speaks http with one tenant.

    Every method raises a class of `OnlineError` when it fails; nothing is repeated but once, with a new token where the
    tenant does not take the one that it gave: it has expired, or was revoked.
    """

    def __init__(
        self,
        url: URL,
        settings: ClientSettings,
        credential: MigrationSecret | TokenSource,
        tls: ssl.SSLContext | None,
        proxy: URL | None,
        *,
        events: EventSink | None = None,
    ) -> None:
        """Speak with the tenant at `url`; the credential is the migration's secret, or a source of tokens."""
        self._url = url
        self._stall = settings.answer_timeout
        self._proxy = proxy
        self._silence = Silence(url.authority, events)
        self.bundles: tuple[str, ...] = ()
        """The forms of bundles that the tenant takes."""
        self.takes_parts = False
        """Whether the tenant wants to know of parts of tables before their stage is committed."""
        self.value_bytes: int | None = None
        """The longest value of a table that the tenant takes, None where it names none."""
        self.hands_out_senders = False
        """Whether the tenant has tokens for those who send under a claim."""
        self._tokens = Tokens(
            partial(self._exchange, credential) if isinstance(credential, MigrationSecret) else credential
        )
        self._client = aiohttp.ClientSession(
            # Parallelism is bounded by those who send; a connection that waits for another could stand still for ever.
            connector=aiohttp.TCPConnector(limit=0, ssl=True if tls is None else tls),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=settings.connect_timeout, sock_read=settings.answer_timeout
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"omt/{__version__}", "Accept": "application/json"},
            auto_decompress=False,
            trust_env=False,
        )

    @property
    def address(self) -> str:
        """The tenant's address, as those who send to it need it."""
        return str(self._url)

    @property
    def host(self) -> str:
        """The tenant's host and port, for messages."""
        return self._url.authority

    async def ask(
        self,
        answer: type[AnswerT],
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] = _NO_HEADERS,
        open_to_all: bool = False,
    ) -> AnswerT:
        """Send a request and return its answer as the protocol describes it."""
        response = await self.send(method, path, json=json, headers=headers, open_to_all=open_to_all)
        try:
            return answer.model_validate_json(response.body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or sentence("the answer")
            raise strange_answer(self.host, f"{method} {path}: {where}: {first['msg']}") from None

    async def send(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        content: bytes | memoryview | None = None,
        headers: Mapping[str, str] = _NO_HEADERS,
        open_to_all: bool = False,
    ) -> Response:
        """Send a request and read its answer."""
        async with self.stream(
            method, path, json=json, content=content, headers=headers, open_to_all=open_to_all
        ) as response:
            body = bytearray()
            with self.named_failures():
                async for piece in response.content.iter_any():
                    body += piece
                    if len(body) > _ANSWER_BYTES:
                        raise strange_answer(
                            self.host,
                            sentence(
                                "{method} {path} has more than {limit} bytes",
                                method=method,
                                path=path,
                                limit=_ANSWER_BYTES,
                            ),
                        )
            return Response(status=response.status, headers=response.headers, body=bytes(body))

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        content: bytes | memoryview | None = None,
        headers: Mapping[str, str] = _NO_HEADERS,
        open_to_all: bool = False,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send a request and lend its answer, if it is a success, to be read piece by piece."""
        token = None if open_to_all else await self._tokens.current()
        for last in (False, True):
            response = await self._request(method, path, json=json, content=content, headers=headers, token=token)
            try:
                if response.status < HTTPStatus.MULTIPLE_CHOICES:
                    yield response
                    return
                with self.named_failures():
                    fault = refusal(
                        response.status, response.headers, await response.read(), self.host, sent=len(content or b"")
                    )
            finally:
                response.release()
            # By the status: what a tenant says of it does not come with the answer to HEAD.
            if last or token is None or response.status != HTTPStatus.UNAUTHORIZED:
                raise fault
            token = await self._tokens.renewed(token)

    def local_path(self, location: str, asked: str) -> str:
        """Return the path of an address, absolute or relative, that the tenant gave when it was `asked` at a path.

        It must be the tenant's own: a path outlives a tenant that comes back under another port, and never leads the
        token elsewhere.
        """
        url = URL(f"{self._url}{asked}", encoded=True).join(URL(location, encoded=True))
        prefix = self._url.raw_path.rstrip("/")
        inside = url.raw_path.startswith(f"{prefix}/") and ".." not in url.path.split("/")
        if not inside or url.origin() != self._url.origin():
            raise strange_answer(self.host, sentence("an upload has an address at another place"))
        return url.raw_path_qs[len(prefix) :]

    @contextmanager
    def named_failures(self) -> Iterator[None]:
        """Turn failures of the line into errors with a name; also for those who read a lent answer."""
        try:
            yield
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise unreachable(error, self.host) from error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _exchange(self, secret: MigrationSecret) -> Token:
        try:
            return await self._token_for(secret)
        except OnlineRefusedError as error:
            if error.code == SECRET_WRONG.code and await secret.read_anew():
                return await self._token_for(secret)
            raise

    async def _token_for(self, secret: MigrationSecret) -> Token:
        given = {"secret": secret.text.get_secret_value()}
        try:
            return await self.ask(Token, "POST", "/v1/tokens", json=given, open_to_all=True)
        except OnlineRefusedError as error:
            raise OnlineRefusedError(error.code, error.message, SECRET_WRONG.remedy) from error

    async def _request(
        self,
        method: str,
        path: str,
        *,
        json: object,
        content: bytes | memoryview | None,
        headers: Mapping[str, str],
        token: SecretStr | None,
    ) -> aiohttp.ClientResponse:
        sent = dict(headers)
        if token is not None:
            sent["Authorization"] = f"Bearer {token.get_secret_value()}"
        if content is not None:
            sent["Content-Length"] = str(len(content))
        with self.named_failures(), anyio.fail_after(self._stall) as patience, self._silence.watched():
            return await self._client.request(
                method,
                URL(f"{self._url}{path}", encoded=True),
                json=json,
                data=None if content is None else self._pieces(content, patience),
                headers=sent,
                proxy=self._proxy,
                allow_redirects=False,
            )

    async def _pieces(self, content: bytes | memoryview, patience: anyio.CancelScope) -> AsyncIterator[memoryview]:
        """Hand out a body; each piece that the line takes renews the patience with it."""
        view = memoryview(content)
        for begin in range(0, len(view), _PIECE):
            self._silence.moved()
            now = anyio.current_time()
            if patience.deadline < now + _ENOUGH_PATIENCE * self._stall:
                patience.deadline = now + self._stall
            yield view[begin : begin + _PIECE]
        patience.deadline = anyio.current_time() + self._stall
