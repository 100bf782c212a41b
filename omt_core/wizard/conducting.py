"""What door and guards need of the one who conducts the migration behind the wizard."""

from __future__ import annotations

from typing import Protocol

import anyio
from aiohttp import web

from omt_core.engine.result import Result


class Conductor(Protocol):
    """Owns the session of a migration; handlers and the door speak to it and to nothing else."""

    @property
    def busy(self) -> bool:
        """Whether something runs that nobody has to attend, such as an upload; the wizard does not expire then."""
        ...

    @property
    def closed(self) -> anyio.Event:
        """Set once the tool shall end: nothing runs any more and what was decided is journalled."""
        ...

    def stop(self) -> None:
        """Stop what runs so that it can go on another time, then set `closed`. Returns at once."""
        ...

    async def result(self) -> Result:
        """Return what the tool ends with; to be asked for once `closed` is set."""
        ...


CONDUCTOR: web.AppKey[Conductor] = web.AppKey("conductor")
"""Where handlers find the conductor: `request.app[CONDUCTOR]`."""
