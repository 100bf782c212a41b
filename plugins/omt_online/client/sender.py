"""Sending for a migration that another process holds: with a pass of its, and with nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

from omt_core.api import SECRETS, EventSink, OnlineMigration, SenderPass
from omt_online.client.address import proxy_for, tenant_url
from omt_online.client.answers import Token
from omt_online.client.connection import tenant_trust
from omt_online.client.migration import UPLOADS, HttpMigration
from omt_online.client.session import TenantSession
from omt_online.client.target import patience
from omt_online.client.tus import ask_abilities
from omt_online.settings import ClientSettings
from omt_protocol.retry import Retries, retrying

PassSource: TypeAlias = Callable[[], Awaitable[SenderPass]]
"""Gives a pass each time that one is needed: at the start, and before the last one is over."""


@asynccontextmanager
async def sender(settings: ClientSettings, passes: PassSource, events: EventSink) -> AsyncIterator[OnlineMigration]:
    """Lend the migration that passes are for. What a pass does not allow is refused online (`sender-refused`).

    Of the settings `url` counts, where it is set, before the address in the pass: a machine may have a line of its own.
    """
    first = await passes()
    SECRETS.add(first.token)
    fresh = [first]

    async def token() -> Token:
        given = fresh.pop() if fresh else await passes()
        return Token(token=given.token, expires_in=given.seconds)

    url = tenant_url(settings.url or first.address)
    session = TenantSession(
        url, settings, token, await tenant_trust(url, settings), proxy_for(url, settings.proxy), events=events
    )
    try:
        abilities = await Retries(patience(settings), events).again(lambda: ask_abilities(session, UPLOADS))
        migration = HttpMigration(
            session,
            first.migration,
            first.limits,
            abilities,
            claim=None,
            longest_poll=settings.completion_poll_longest,
        )
        yield retrying(migration, patience(settings), events)
    finally:
        await session.aclose()
