"""The calls that commit stages, complete the migration, and hand out its receipt."""

from __future__ import annotations

import json
import re
from pathlib import Path

from aiohttp import web

from omt_protocol.protocol_error import ProtocolError, too_large
from omt_tenant.http.bodies import CompletionAnswer, CompletionBody, ErrorDetail, PartsBody, StageBody
from omt_tenant.http.service import SERVICE, answer, read_body
from omt_tenant.importing import ImportedMigration
from omt_tenant.migration.stages import Stage

_WAIT = re.compile(r"(?:^|[,;]\s*)wait\s*=\s*(\d{1,4})", re.IGNORECASE)
"""RFC 7240, 4.3."""

_LONGEST_WAIT = 10
"""Seconds that an answer is kept back at most: less than any proxy takes for a line that has died."""


async def commit_stage(request: web.Request) -> web.StreamResponse:
    """Make a stored manifest the whole truth about a stage."""
    service = request.app[SERVICE]
    migration = await service.enter(request)
    body = await read_body(request, StageBody)
    stage = Stage(
        name=request.match_info["stage"],
        manifest=body.manifest,
        size=body.size,
        items=body.items,
        snapshot=body.snapshot,
    )
    await service.run(service.store.stages.commit, migration, stage)
    await service.enter(request)  # a long manifest must not let the claim lapse
    return web.Response(status=204)


async def take_parts(request: web.Request) -> web.StreamResponse:
    """Take a hint which parts of tables are stored, and begin to import them; it binds nobody."""
    service = request.app[SERVICE]
    migration = await service.enter(request)
    body = await read_body(request, PartsBody)
    most = service.store.settings.digests_per_request
    if len(body.parts) > most:
        raise too_large(f"{len(body.parts)} parts were told of at once; the limit is {most}.")
    service.completing.prepare(migration, body.to_import())
    return web.Response(status=202)


async def request_completion(request: web.Request) -> web.StreamResponse:
    """Have everything committed verified and imported; the answer comes at once, the work goes on."""
    service = request.app[SERVICE]
    migration = await service.enter(request)
    body = await read_body(request, CompletionBody)
    await service.completing.request(migration, body.request())
    return web.Response(status=202)


async def read_completion(request: web.Request) -> web.StreamResponse:
    """Tell how far the completion is; with the preference `wait`, when it is over or so many seconds have passed."""
    service = request.app[SERVICE]
    migration = await service.enter(request)
    if migration.run_state == "requested" and (preferred := _WAIT.search(request.headers.get("Prefer", ""))):
        await service.completing.over(min(int(preferred[1]), _LONGEST_WAIT))
        migration = await service.enter(request)
    status = await service.completing.status(migration)
    return answer(
        CompletionAnswer(
            state=status.state,
            done=status.done,
            total=status.total,
            detail=status.detail,
            error=None if status.error is None else ErrorDetail(**json.loads(status.error)),
        )
    )


async def read_receipt(request: web.Request) -> web.StreamResponse:
    """Hand out the receipt of the last completion."""
    return _file((await _current(request)).receipt, "application/json")


async def read_manifest(request: web.Request) -> web.StreamResponse:
    """Hand out the migration's manifest, which the receipt's root is over."""
    return _file((await _current(request)).manifest, "application/x-ndjson")


async def _current(request: web.Request) -> ImportedMigration:
    service = request.app[SERVICE]
    current = await service.run(service.store.completions.current_of, request.match_info["id"])
    if current is None:
        raise ProtocolError(
            404,
            "receipt-unknown",
            "This migration was not completed yet, so there is no receipt.",
            "Complete it first.",
        )
    return current


def _file(path: Path, media: str) -> web.StreamResponse:
    return web.FileResponse(path, headers={"Content-Type": media})
