"""A conductor with nothing to conduct: it waits until it is told to stop."""

from __future__ import annotations

import anyio

from omt_core.api.errors import ExitCode
from omt_core.engine.result import Result


class Waiting:
    """Serves a wizard that holds no migration."""

    def __init__(self) -> None:
        self.busy = False
        self.closed = anyio.Event()

    def stop(self) -> None:
        """Be closed at once, since nothing runs."""
        self.closed.set()

    async def result(self) -> Result:
        """Return that nothing was done."""
        return Result(exit_code=ExitCode.DONE)
