"""The connection to a scheduler, or to a cluster that is started for the run; encrypted but on loopback."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import anyio
from distributed import Client
from distributed.security import Security
from omt_core.api import sentence

from omt_dask.errors import (
    DASK_CERTIFICATES_MISSING,
    DASK_CERTIFICATES_UNREADABLE,
    DASK_NOT_ENCRYPTED,
    DASK_SCHEDULER_LOST,
)
from omt_dask.settings import DaskSettings
from omt_dask.tool.local_cluster import local_cluster
from omt_dask.tool.scheduler import scheduler_there
from omt_dask.worker import WithoutProfiler

_SECONDS_TO_END: Final = 30.0


@asynccontextmanager
async def connected(settings: DaskSettings, scratch: Path) -> AsyncGenerator[Client]:
    """Lend a client of the scheduler; `scratch` is where workers that are started here may write.

    Raises `InputError` for settings that are not enough, `InstallationError` where the scheduler does not answer.
    """
    stack = AsyncExitStack()
    try:
        if settings.scheduler is None:
            client = await _started_here(settings, scratch, stack)
        else:
            client = await _reached(settings.scheduler, security_for(settings), stack)
        with scheduler_there():
            await client.register_plugin(WithoutProfiler())
        yield client
    finally:
        # Also where the run is cancelled: what Dask has begun it must be let end.
        with anyio.move_on_after(_SECONDS_TO_END, shield=True):
            await stack.aclose()


async def _reached(address: str, security: Security | None, stack: AsyncExitStack) -> Client:
    try:
        client = Client(address, asynchronous=True, security=security, set_as_default=False)
        return await stack.enter_async_context(client)
    except (OSError, ValueError) as error:
        raise DASK_SCHEDULER_LOST.error(
            sentence("The scheduler {address} does not answer: {reason}.", address=address, reason=error)
        ) from error


async def _started_here(settings: DaskSettings, scratch: Path, stack: AsyncExitStack) -> Client:
    # Others who are logged on here could connect, and a scheduler does what it is asked: certificates for this run.
    security = Security.temporary()
    try:
        cluster = await stack.enter_async_context(local_cluster(settings, scratch, security))
    except (OSError, RuntimeError) as error:  # TimeoutError is an OSError
        raise DASK_SCHEDULER_LOST.error(sentence("Dask's scheduler is lost: {reason}.", reason=error)) from error
    client = Client(cluster, asynchronous=True, security=security, set_as_default=False)
    return await stack.enter_async_context(client)


def security_for(settings: DaskSettings) -> Security | None:
    """Return what encrypts the connection; None for a plain one, which is for loopback only."""
    address = settings.scheduler or ""
    scheme, _, rest = address.rpartition("://")
    if scheme != "tls":
        if scheme in {"", "tcp"} and _is_loopback(rest):
            return None
        raise DASK_NOT_ENCRYPTED.error(sentence("The scheduler's address {address} is not encrypted.", address=address))
    if settings.ca_file is None or settings.cert_file is None or settings.key_file is None:
        raise DASK_CERTIFICATES_MISSING.error()
    try:
        trust = ssl.create_default_context(cafile=settings.ca_file)
        trust.load_cert_chain(settings.cert_file, settings.key_file)
    except OSError as error:
        raise DASK_CERTIFICATES_UNREADABLE.error(
            sentence("The certificates for the scheduler cannot be read: {reason}.", reason=error.strerror or error)
        ) from error
    return Security(
        tls_ca_file=str(settings.ca_file),
        tls_client_cert=str(settings.cert_file),
        tls_client_key=str(settings.key_file),
        require_encryption=True,
    )


def _is_loopback(host_and_port: str) -> bool:
    host = host_and_port.rpartition(":")[0].strip("[]") or host_and_port
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
