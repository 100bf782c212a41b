"""The calls that are about the tenant itself: what it can do, who it is, its plans and user names, and tokens."""

from __future__ import annotations

from aiohttp import web

from omt_core.api import TenantState
from omt_protocol.bundle.headers import FORMATS
from omt_protocol.bundle.packed import ENCODINGS
from omt_tenant.http.bodies import (
    Capabilities,
    Limits,
    MigrationAnswer,
    NamesBody,
    PlanAnswer,
    PlansAnswer,
    SecretBody,
    TakenAnswer,
    TenantAnswer,
    TokenAnswer,
)
from omt_tenant.http.service import SERVICE, answer, read_body
from omt_tenant.settings import TenantSettings


def limits_of(settings: TenantSettings) -> Limits:
    """Return the limits that a client must keep to."""
    return Limits(
        bundle_bytes=settings.bundle_bytes,
        member_bytes=settings.member_bytes,
        chunk_bytes=settings.chunk_bytes,
        digests_per_request=settings.digests_per_request,
        parallel_uploads=settings.parallel_uploads,
        value_bytes=settings.importing.value_bytes,
    )


async def read_capabilities(request: web.Request) -> web.StreamResponse:
    """Tell what the tenant can do."""
    limits = limits_of(request.app[SERVICE].store.settings)
    return answer(
        Capabilities(
            protocol="1",
            limits=limits,
            encodings=list(ENCODINGS),
            bundles=list(FORMATS),
            takes_parts=True,
            senders=True,
            tus="1.0.0",
        )
    )


async def exchange_secret(request: web.Request) -> web.StreamResponse:
    """Exchange the migration secret for a token."""
    body = await read_body(request, SecretBody)
    token, expires_in = request.app[SERVICE].store.tokens.exchange(body.secret)
    return answer(TokenAnswer(token=token, expires_in=expires_in))


async def read_tenant(request: web.Request) -> web.StreamResponse:
    """Tell who the tenant is, its state, and what it knows of an earlier migration."""
    service = request.app[SERVICE]
    migration = await service.run(service.store.claims.status)
    return answer(
        TenantAnswer(
            tenant=service.store.identity.tenant,
            state=TenantState.MIGRATION_PENDING if migration is None else migration.tenant_state,
            public_key=service.store.identity.public_key,
            migration=None
            if migration is None
            else MigrationAnswer(
                id=migration.id,
                kind=migration.shown_kind,
                owner=migration.owner,
                serial=migration.serial,
                completed=migration.completed_kind is not None,
                accepted=migration.accepted,
            ),
        )
    )


async def read_plans(request: web.Request) -> web.StreamResponse:
    """Tell the catalogue of user plans. Nobody but the migration uses seats here, so `used` is 0."""
    plans = request.app[SERVICE].store.identity.plans
    return answer(PlansAnswer(plans=[PlanAnswer(name=plan.name, total=plan.total, used=0) for plan in plans]))


async def find_taken_names(request: web.Request) -> web.StreamResponse:
    """Tell which of these user names somebody elsewhere holds."""
    service = request.app[SERVICE]
    body = await read_body(request, NamesBody)
    taken = await service.run(service.store.taken.among, body.names)
    return answer(TakenAnswer(taken=list(taken)))
