"""Ctrl-C: once asks an upload to stop when what is in flight is done, twice stops it now. Also on Windows.

Whatever else is under way, such as a question that the database does not answer, is stopped at the first. The third
ends the process: it is for a plugin that holds up the event loop, when nobody is there to hear the others.

A terminal that goes away asks the same, unless the tool was started to outlive it (`nohup`).
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import anyio

from omt_core.api.errors import ExitCode
from omt_core.api.sentence import joined, sentence
from omt_core.api.text import one_line
from omt_core.cli.commands import Invocation
from omt_core.early_ctrl_c import LAST
from omt_core.plugin_host.blame import Blame
from omt_core.plugin_host.watchdog import watchdog

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP") if hasattr(signal, name))


@contextmanager
def stay_in_control(
    call: Invocation,
    stop: anyio.Event,
    scope: anyio.CancelScope,
    heeded: Callable[[], bool] = lambda: True,
    *,
    stopping: Callable[[], None] = lambda: None,
) -> Iterator[Callable[[], None]]:
    """Take signals as `interrupts` does, and name a plugin that holds up everything while the context lasts.

    What it yields does as Ctrl-C does.
    """
    blame = Blame(call.app.host)
    seconds = call.app.settings.core.block_seconds
    with (
        interrupts(stop, scope, blame, heeded, told=call.console.told, stopping=stopping) as interrupt,
        watchdog(blame, call.console.aside, seconds=seconds),
    ):
        yield interrupt


@contextmanager
def interrupts(
    stop: anyio.Event,
    scope: anyio.CancelScope,
    blame: Blame,
    heeded: Callable[[], bool] = lambda: True,
    *,
    told: Callable[[str], str] = one_line,
    stopping: Callable[[], None] = lambda: None,
) -> Iterator[Callable[[], None]]:
    """Set `stop` at the first signal and cancel `scope` at the second, for as long as the context lasts.

    Where nothing is under way that heeds `stop`, the first cancels too; else `stopping` says that it was heard. What it
    yields does what a signal does, and says nothing. `told` says text in the language of who stops it.

    Plain signal handlers, since Windows' event loop has no `add_signal_handler`; to be used in the main thread.
    """
    loop = asyncio.get_running_loop()
    signals = 0

    def act() -> None:
        if stop.is_set() or not heeded():
            scope.cancel()
        stop.set()

    def heed() -> None:
        if heeded() and not stop.is_set():
            stopping()
        act()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number
        nonlocal signals
        signals += 1
        if signals == LAST:
            _end_now(blame, frame, told)
        loop.call_soon_threadsafe(heed)

    before = {number: signal.signal(number, on_signal) for number in SIGNALS if not _to_be_outlived(number)}
    try:
        yield act
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_now(blame: Blame, frame: FrameType | None, told: Callable[[str], str]) -> NoReturn:
    """End the process where it stands; what was confirmed is in the journal, which outlives any crash."""
    try:
        parts: list[str] = [sentence("Ended at once.")]
        culprit = blame.words(frame)
        if culprit is not None:
            parts.append(sentence("{plugin} did not let go.", plugin=culprit))
        parts.append(sentence("Run the same command again to go on from there."))
        os.write(2, f"{told(joined(parts, ' '))}\n".encode())
    finally:
        # Also where a catalogue cannot be read or the terminal is gone.
        os._exit(ExitCode.INTERRUPTED)


def _to_be_outlived(number: int) -> bool:
    return number == getattr(signal, "SIGHUP", None) and signal.getsignal(number) is signal.SIG_IGN
