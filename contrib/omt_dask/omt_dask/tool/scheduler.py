"""The scheduler as the tool asks it: lost, or only not to be reached at this moment."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Final, TypeVar

import anyio
from distributed import Client
from distributed.client import ClosedClientError, FutureCancelledError
from omt_core.api import OmtError, sentence

from omt_dask.errors import DASK_SCHEDULER_LOST

A = TypeVar("A")

_log: Final = logging.getLogger("omt.dask")

_TRIES: Final = 5
SECONDS_BETWEEN_TRIES: Final = 1.0


@contextmanager
def scheduler_there() -> Generator[None]:
    """Name it when the scheduler is lost: what waits for it is cancelled, by nobody of ours."""
    try:
        yield
    except (ClosedClientError, FutureCancelledError, TimeoutError) as error:
        raise DASK_SCHEDULER_LOST.error() from error
    except OmtError:
        raise
    except OSError as error:
        raise DASK_SCHEDULER_LOST.error(sentence("Dask's scheduler is lost: {reason}.", reason=error)) from error


async def answered(client: Client, question: Callable[[], Awaitable[A]]) -> A:
    """Return the answer to a question that may be asked twice. Raises `InstallationError` where the scheduler is lost.

    It is where the client's own connection breaks. Another one may break by itself, or its time may be over because
    this machine slept.
    """
    with scheduler_there():
        for _ in range(_TRIES - 1):
            try:
                return await question()
            except OSError:
                if not has_line(client):
                    raise
                _log.info("The scheduler is not to be reached at this moment.", exc_info=True)
            await anyio.sleep(SECONDS_BETWEEN_TRIES)
        return await question()


def has_line(client: Client) -> bool:
    """Tell whether a client's own connection to its scheduler stands."""
    return bool(client.status == "running")
