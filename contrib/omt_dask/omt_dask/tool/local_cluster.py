"""A cluster of processes on this machine, for one run. One that is not wanted any more as it starts ends at once."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import anyio
from distributed import LocalCluster, Nanny
from distributed.security import Security

from omt_dask.settings import DaskSettings

_LOOPBACK: Final = "127.0.0.1"
_SECONDS_TO_START: Final = 120.0
_SECONDS_TO_END: Final = 30.0
_SECONDS_BETWEEN_KILLS: Final = 0.05
_KILL: Final = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has one way to end a process, by this name


@asynccontextmanager
async def local_cluster(settings: DaskSettings, scratch: Path, security: Security) -> AsyncGenerator[LocalCluster]:
    """Lend a cluster; its workers may write to `scratch`. Raises `OSError` or `RuntimeError` where it does not start.

    None of its processes stays behind, also where this is cancelled as it starts: Dask itself leaves them then.
    """
    nannies: list[Nanny] = []

    class Noted(Nanny):
        def __init__(self, *words: Any, **options: Any) -> None:  # noqa: ANN401 - they are Dask's
            super().__init__(*words, **options)
            nannies.append(self)

    cluster = LocalCluster(
        n_workers=settings.local_workers,
        threads_per_worker=settings.worker_batches,
        worker_class=Noted,
        host=_LOOPBACK,
        protocol="tls://",
        security=security,
        dashboard_address=f"{_LOOPBACK}:0",
        local_directory=str(scratch),
        silence_logs=logging.ERROR,
        asynchronous=True,
    )
    start = asyncio.ensure_future(cluster.__aenter__())
    try:
        try:
            with anyio.fail_after(_SECONDS_TO_START):
                await asyncio.shield(start)
        finally:
            if not start.done():
                with anyio.move_on_after(_SECONDS_TO_END, shield=True):
                    await _given_up(start, nannies)
        yield cluster
    finally:
        if start.done() and start.exception() is None:
            with anyio.move_on_after(_SECONDS_TO_END, shield=True):
                await cluster.__aexit__(None, None, None)


async def _given_up(start: asyncio.Future[Any], nannies: Sequence[Nanny]) -> None:
    """Have a start fail by that its processes die: then Dask cleans up, which it does not where it is cancelled."""
    while not start.done():
        for nanny in nannies:
            if nanny.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(nanny.pid, _KILL)
        await anyio.sleep(_SECONDS_BETWEEN_KILLS)
