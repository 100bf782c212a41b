"""A tenant over http."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import anyio.to_thread
from typing_extensions import override

from omt_core.api import (
    EarlierMigration,
    EventSink,
    Licence,
    MigrationKind,
    OnlineMigration,
    OnlineTarget,
    RecoveryChoice,
    TenantStatus,
    TransferLimits,
    UserPlan,
    ValueLimit,
)
from omt_online.client.answers import OpenedMigration, PlansAnswer, TakenAnswer, TenantAnswer
from omt_online.client.migration import UPLOADS, HttpMigration
from omt_online.client.result_files import OpenedAs
from omt_online.client.session import TenantSession
from omt_online.client.tus import ask_abilities
from omt_online.settings import ClientSettings
from omt_protocol.retry import Patience, retrying
from omt_protocol.workspace import client_id, note_token_place

_NAMES_PER_REQUEST: Final = 1_000


def patience(settings: ClientSettings) -> Patience:
    """Return how long an open migration goes on trying."""
    return Patience(total=settings.retry_total, longest_wait=settings.retry_longest_wait)


class HttpTarget(OnlineTarget, ValueLimit):
    """Asks fail at once, so that a person at the start is told at once; an open migration is patient."""

    def __init__(
        self, session: TenantSession, settings: ClientSettings, workspace: Path | None, events: EventSink
    ) -> None:
        self._session = session
        self._settings = settings
        self._workspace = workspace
        self._events = events

    @property
    @override
    def value_bytes(self) -> int | None:
        return self._session.value_bytes

    @override
    async def status(self) -> TenantStatus:
        answer = await self._session.ask(TenantAnswer, "GET", "/v1/tenant")
        if self._workspace is not None and self._settings.token_file is not None:
            await anyio.to_thread.run_sync(note_token_place, self._workspace, self._settings.token_file)
        earlier = answer.migration
        return TenantStatus(
            tenant=answer.tenant,
            state=answer.state,
            public_key=answer.public_key,
            migration=None
            if earlier is None
            else EarlierMigration(
                id=earlier.id,
                kind=earlier.kind,
                owner=earlier.owner,
                serial=earlier.serial,
                completed=earlier.completed,
                accepted=earlier.accepted,
            ),
        )

    @override
    async def plans(self) -> Sequence[UserPlan]:
        answer = await self._session.ask(PlansAnswer, "GET", "/v1/plans")
        return tuple(UserPlan(name=plan.name, total=plan.total, used=plan.used) for plan in answer.plans)

    @override
    async def taken_user_names(self, names: Sequence[str]) -> frozenset[str]:
        taken: set[str] = set()
        for begin in range(0, len(names), _NAMES_PER_REQUEST):
            asked = list(names[begin : begin + _NAMES_PER_REQUEST])
            answer = await self._session.ask(TakenAnswer, "POST", "/v1/user-names/taken", json={"names": asked})
            taken.update(answer.taken)
        return frozenset(taken)

    @override
    async def open(self, licence: Licence, kind: MigrationKind, recovery: RecoveryChoice | None) -> OnlineMigration:
        client = await anyio.to_thread.run_sync(partial(client_id, self._workspace))
        abilities = await ask_abilities(self._session, UPLOADS)
        opened = await self._session.ask(
            OpenedMigration,
            "POST",
            "/v1/migrations",
            json={
                "licence": {"owner": licence.owner, "serial": licence.serial},
                "kind": kind,
                "recovery": recovery,
                "client": client,
            },
        )
        allowed, wanted = opened.limits.parallel_uploads, self._settings.parallel_uploads
        limits = TransferLimits(
            bundle_bytes=opened.limits.bundle_bytes,
            member_bytes=opened.limits.member_bytes,
            chunk_bytes=opened.limits.chunk_bytes,
            digests_per_request=opened.limits.digests_per_request,
            parallel_uploads=allowed if wanted is None else min(allowed, wanted),
            bundles=self._session.bundles,
        )
        longest_poll = self._settings.completion_poll_longest
        migration = HttpMigration(
            self._session,
            opened.id,
            limits,
            abilities,
            claim=opened.claim,
            longest_poll=longest_poll,
            opened=OpenedAs(opened.id, licence, kind),
            empty=opened.empty,
        )
        return retrying(migration, patience(self._settings), self._events)

    @override
    async def aclose(self) -> None:
        await self._session.aclose()
