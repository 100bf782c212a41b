"""Connecting to the tenant that the settings name."""

from __future__ import annotations

import ssl
from functools import partial
from typing import Final

import anyio.to_thread
from yarl import URL

from omt_core.api import EventSink, OnlineTarget, sentence
from omt_core.api.calls import ConnectOnline
from omt_online.client.address import proxy_for, tenant_url
from omt_online.client.answers import Capabilities
from omt_online.client.session import TenantSession
from omt_online.client.target import HttpTarget
from omt_online.client.tokens import read_secret
from omt_online.errors import ONLINE_PROTOCOL_UNKNOWN
from omt_online.settings import ClientSettings
from omt_protocol.tls import trust

_PROTOCOL: Final = "1"


async def connect(settings: ClientSettings, call: ConnectOnline) -> OnlineTarget:
    """Reach the tenant, agree on the protocol, log on, and hold its key against the one that the workspace knows.

    Raises `InputError` when the settings are not enough, `OnlineError` when the tenant cannot be reached or is another.
    """
    session = await open_session(settings, call.run)
    target = HttpTarget(session, settings, call.run.workspace, call.run)
    try:
        await target.status()
    except BaseException:
        await target.aclose()
        raise
    return target


async def open_session(settings: ClientSettings, events: EventSink | None = None) -> TenantSession:
    """Reach the tenant that the settings name and agree on the protocol; raises like `connect`.

    `events` are told when the tenant says nothing for a while.
    """
    url = tenant_url(settings.url)
    secret = await read_secret(settings.token_file)
    tls, proxy = await tenant_trust(url, settings), proxy_for(url, settings.proxy)
    session = TenantSession(url, settings, secret, tls, proxy, events=events)
    try:
        await _agree(session)
    except BaseException:
        await session.aclose()
        raise
    return session


async def tenant_trust(url: URL, settings: ClientSettings) -> ssl.SSLContext | None:
    """Return whom a tenant's certificate is verified by; None where its address needs none.

    Raises `InputError` `ca-file-unreadable`.
    """
    if url.scheme == "http":
        return None
    return await anyio.to_thread.run_sync(partial(trust, settings.ca_file, section="online"))


async def _agree(session: TenantSession) -> None:
    able = await session.ask(Capabilities, "GET", "/v1/capabilities", open_to_all=True)
    if able.protocol != _PROTOCOL:
        raise ONLINE_PROTOCOL_UNKNOWN.error(
            sentence(
                "The tenant speaks version {protocol} of the protocol, this tool version {own}.",
                protocol=able.protocol,
                own=_PROTOCOL,
            )
        )
    session.bundles = able.bundles
    session.takes_parts, session.hands_out_senders = able.takes_parts, able.senders
    session.value_bytes = able.limits.value_bytes
