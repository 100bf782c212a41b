"""What the handlers of one server share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, TypeVarTuple

import anyio
import anyio.to_thread
from aiohttp import web
from pydantic import ValidationError

from omt_core.http import read_body as read_bytes
from omt_protocol.protocol_error import bad_request, too_large
from omt_tenant.http.bodies import Body
from omt_tenant.http.turns import UploadTurns
from omt_tenant.migration.claims import claim_digest
from omt_tenant.migration.completion import Completion
from omt_tenant.migration.state import MigrationState
from omt_tenant.tenant import Store

BODY_LIMIT = 32 << 20
"""Bytes of the longest JSON body: a completion with the decisions about some ten thousand users."""

CLAIM_HEADER = "Omt-Claim"

SENDER: web.RequestKey[bytes] = web.RequestKey("omt-sender", bytes)
"""Where a request that came with a sender's token keeps the sha256 of the claim that this was handed out for."""

T = TypeVar("T")
Parameters = TypeVarTuple("Parameters")
B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The store, and the threads in which it is used."""

    store: Store
    completing: Completion
    workers: anyio.CapacityLimiter
    turns: UploadTurns

    async def run(self, function: Callable[[*Parameters], T], *arguments: *Parameters) -> T:
        """Call a function that blocks, in a thread."""
        return await anyio.to_thread.run_sync(function, *arguments, limiter=self.workers)

    async def enter(self, request: web.Request) -> MigrationState:
        """Check the claim of a request on the migration in its path."""
        return await self.run(self.store.claims.enter, request.match_info.get("id"), claim_of(request))


SERVICE: web.AppKey[Service] = web.AppKey("service", Service)


def claim_of(request: web.Request) -> bytes | None:
    """Return the sha256 of the claim that a request is made under: its sender's token names it, or its header is it."""
    if SENDER in request:
        return request[SENDER]
    claim = request.headers.get(CLAIM_HEADER)
    return None if claim is None else claim_digest(claim)


async def read_body(request: web.Request, model: type[B]) -> B:
    """Read and check a JSON body. Raises ProtocolError: `request-malformed`, `too-large`."""
    data = await read_bytes(request, BODY_LIMIT, lambda limit: too_large(f"The body is longer than {limit} bytes."))
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise bad_request(f"{error.error_count()} faults in the body; the first: {place}: {first['msg']}.") from None


def answer(body: Body, status: int = 200) -> web.Response:
    """Answer with a JSON body."""
    return web.Response(text=body.model_dump_json(), status=status, content_type="application/json")
