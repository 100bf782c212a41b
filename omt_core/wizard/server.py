"""Serves the wizard on loopback, at a port that the system chooses."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from typing_extensions import override

from omt_core.api.sentence import sentence
from omt_core.wizard.errors import WIZARD_NOT_SERVED
from omt_core.wizard.security.gate import LOOPBACK

GRACE_SECONDS: Final = 2.0
"""How long requests under way may take to end when the tool ends; then they are cut, event streams too."""


class _RequestsOnly(logging.Filter):
    """Leaves out what is no HTTP: whoever can connect could fill the log with it."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


_log = logging.getLogger("omt.wizard.server")
_log.addFilter(_RequestsOnly())


@asynccontextmanager
async def serving(
    application: web.Application, listener: socket.socket, grace_seconds: float = GRACE_SECONDS
) -> AsyncIterator[None]:
    """Serve the application at the listener, which this closes."""
    runner = web.AppRunner(
        application,
        handle_signals=False,
        access_log=None,
        auto_decompress=False,
        logger=_log,
        shutdown_timeout=grace_seconds,
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield
    finally:
        with anyio.CancelScope(shield=True):
            await runner.cleanup()
        listener.close()


def listen() -> socket.socket:
    """Return a socket of loopback, at a port that is free. Raises `InputError` `wizard-not-served`."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":  # pragma: no cover - there another program could take the port over otherwise
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        listener.bind((LOOPBACK, 0))
    except OSError as error:
        listener.close()
        raise WIZARD_NOT_SERVED.error(
            sentence("The wizard cannot be served on this machine: {reason}.", reason=error.strerror or error)
        ) from error
    return listener
