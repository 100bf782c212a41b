"""The calls that open a migration, give its claim back, and ask what the tenant lacks."""

from __future__ import annotations

from aiohttp import web

from omt_protocol.protocol_error import too_large
from omt_tenant.http.bodies import ContentsBody, MissingAnswer, OpeningAnswer, OpeningBody, TokenAnswer
from omt_tenant.http.service import SERVICE, answer, read_body
from omt_tenant.http.tenant_calls import limits_of


async def open_migration(request: web.Request) -> web.StreamResponse:
    """Open or resume the migration of a licence, and claim it."""
    service = request.app[SERVICE]
    body = await read_body(request, OpeningBody)
    identifier, claim = await service.run(
        lambda: service.store.claims.open(
            owner=body.licence.owner,
            serial=body.licence.serial,
            kind=body.kind,
            recovery=body.recovery,
            client=body.client,
        )
    )
    await service.run(service.store.uploads.sweep)
    empty = await service.run(service.store.contents.is_empty)
    limits = limits_of(service.store.settings)
    return answer(OpeningAnswer(id=identifier, claim=claim, limits=limits, empty=empty))


async def release_claim(request: web.Request) -> web.StreamResponse:
    """Give the claim back; the migration stays."""
    service = request.app[SERVICE]
    migration = await service.enter(request)
    await service.run(service.store.claims.release, migration)
    return web.Response(status=204)


async def hand_out_token(request: web.Request) -> web.StreamResponse:
    """Hand out a token for one who sends under this claim."""
    service = request.app[SERVICE]
    migration = await service.enter(request)
    token, expires_in = service.store.tokens.for_sender(migration.claim or b"")
    return answer(TokenAnswer(token=token, expires_in=expires_in))


async def find_missing(request: web.Request) -> web.StreamResponse:
    """Tell which of these contents the tenant lacks."""
    service = request.app[SERVICE]
    await service.enter(request)
    body = await read_body(request, ContentsBody)
    most = service.store.settings.digests_per_request
    if len(body.contents) > most:
        raise too_large(f"{len(body.contents)} contents were asked for at once; the limit is {most}.")
    missing = await service.run(service.store.contents.lacking, body.contents)
    return answer(MissingAnswer(missing=list(missing)))
