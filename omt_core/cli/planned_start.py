"""The wait of a command for its planned start: says how long it still is, and Ctrl-C cancels it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import anyio

from omt_core.api.errors import InterruptedRunError
from omt_core.api.events import StartPlanned
from omt_core.api.text import duration, local_time
from omt_core.cli.commands import Invocation
from omt_core.cli.interrupts import stay_in_control
from omt_core.cli.progress import watching
from omt_core.engine.upload.planned_start import Clock, SystemClock, wait_until
from omt_core.engine.upload.wakefulness import kept_awake

CLOCK: Clock = SystemClock()
_SAID_AT: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 10, 30))


async def wait_for_start(call: Invocation, moment: datetime) -> None:
    """Return at the planned moment. Raises `InterruptedRunError` `start-cancelled` once Ctrl-C was pressed."""
    console = call.console
    stop = anyio.Event()
    with anyio.CancelScope() as scope, stay_in_control(call, stop, scope, lambda: False), kept_awake():
        async with watching(console, call.app.engine):
            call.app.engine.events.emit(StartPlanned(at=moment.isoformat()))
            console.print(
                f"The start is planned for {local_time(moment)}. All checks run again then. Ctrl-C cancels it."
            )
            await wait_until(moment, CLOCK, _countdown(console.print))
    if scope.cancelled_caught:
        raise InterruptedRunError(
            "start-cancelled",
            "The planned start was cancelled. Nothing was begun.",
            "Run the same command again to plan it anew, or without --start-at to begin now.",
        )


def _countdown(say: Callable[[str], None]) -> Callable[[timedelta], None]:
    """Make what says the time left: at once, at each full hour, and more often towards the end."""
    said: timedelta | None = None

    def tell(left: timedelta) -> None:
        nonlocal said
        step = next((step for step in _SAID_AT if left <= step), timedelta(hours=-(-left // timedelta(hours=1))))
        if said is None or step < said:
            said = step
            say(f"Starts in {duration(left.total_seconds())}.")

    return tell
