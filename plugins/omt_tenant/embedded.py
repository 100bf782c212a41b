"""The tenant inside this process: what the command serves with, and tests too."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread
from aiohttp import web

from omt_core.api import sentence
from omt_tenant.errors import CERTIFICATE_UNREADABLE, PORT_TAKEN
from omt_tenant.http.application import make_application
from omt_tenant.importing import import_migration
from omt_tenant.migration.completion import Completion, Importer
from omt_tenant.migration.plan_catalogue import OfferedPlan
from omt_tenant.settings import TenantSettings
from omt_tenant.tenant import Clocks, Store

LOOPBACK = "127.0.0.1"
"""The only address a tenant is bound to: it is a reference, not a service for the network."""

_READ_AHEAD = 4 << 20
"""Bytes that may wait on a connection, and up to twice as many for a moment, so that the line is busy while a thread
writes. With fewer it is stopped and begun again within a body more often (docs/benchmarks.md)."""

_GRACE_SECONDS = 5.0
"""How long requests under way may take to end when the server stops."""


@dataclass(frozen=True, slots=True)
class RunningTenant:
    """Where a tenant can be reached, and with which secret."""

    url: str
    token_file: Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """TLS for the server: files in PEM."""

    chain: Path
    key: Path


@asynccontextmanager
async def serve_tenant(
    directory: Path,
    *,
    port: int = 0,
    plans: Sequence[OfferedPlan] | None = None,
    taken: Iterable[str] = (),
    settings: TenantSettings | None = None,
    clocks: Clocks | None = None,
    certificate: Certificate | None = None,
    importer: Importer = import_migration,
) -> AsyncIterator[RunningTenant]:
    """Serve a tenant's folder on loopback while the context lasts; stopping removes nothing.

    Raises InputError: `tenant-locked`, `tenant-unreadable`, `port-taken`, `certificate-unreadable`.
    """
    tls = None if certificate is None else _tls(certificate)
    store = await anyio.to_thread.run_sync(
        lambda: Store.open(directory, plans=plans, taken=taken, settings=settings, clocks=clocks)
    )
    try:
        async with anyio.create_task_group() as tasks:
            completing = Completion(store, importer, tasks)
            try:
                async with _listening(make_application(store, completing), port, tls) as url:
                    await completing.resume()
                    yield RunningTenant(url, store.layout.secret)
            finally:
                with anyio.CancelScope(shield=True):
                    await completing.aclose()
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(store.close)


@asynccontextmanager
async def _listening(application: web.Application, port: int, tls: ssl.SSLContext | None) -> AsyncIterator[str]:
    runner = web.AppRunner(
        application,
        handle_signals=False,
        access_log=None,
        auto_decompress=False,
        read_bufsize=_READ_AHEAD,
        shutdown_timeout=_GRACE_SECONDS,
    )
    await runner.setup()
    try:
        await _listen(runner, port, tls)
        yield f"{'http' if tls is None else 'https'}://{LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        with anyio.CancelScope(shield=True):
            await runner.cleanup()


async def _listen(runner: web.AppRunner, port: int, tls: ssl.SSLContext | None) -> None:
    try:
        await web.TCPSite(runner, LOOPBACK, port, ssl_context=tls).start()
    except OSError as error:
        raise PORT_TAKEN.error(
            sentence("Port {port} cannot be used: {reason}.", port=port, reason=error.strerror or error)
        ) from error


def _tls(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate.chain, certificate.key)
    except OSError as error:
        raise CERTIFICATE_UNREADABLE.error(
            sentence(
                "The certificate {chain} with key {key} cannot be used: {reason}.",
                chain=certificate.chain,
                key=certificate.key,
                reason=error.strerror or error,
            )
        ) from error
    return context
