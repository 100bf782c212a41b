"""Ctrl-C while nobody is there to say what it did: it is put off until the command line is loaded, or has said all.

Python's own way is an error where it happens to be, in the middle of a module that is loaded, which leaves no result.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

INTERRUPTED: Final = 130
"""The exit code, for whoever cannot wait for all that `ExitCode` loads."""
LAST: Final = 3
"""The Ctrl-C that ends the process where it stands."""


@contextmanager
def ctrl_c_put_off() -> Iterator[Callable[[], None]]:
    """Put Ctrl-C off while the context lasts, or until what it yields is called, which makes up for it.

    That raises `KeyboardInterrupt` where there was one, as any later Ctrl-C does again. The third is not put off: it
    ends the process. Nothing is done where somebody else takes it, or it is ignored.
    """
    pressed = 0

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        nonlocal pressed
        pressed += 1
        if pressed == LAST:
            say_stopped()
            os._exit(INTERRUPTED)

    def take_over() -> None:
        if signal.getsignal(signal.SIGINT) is on_signal:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            if pressed:
                raise KeyboardInterrupt

    if not _is_pythons_own():
        yield take_over
        return
    signal.signal(signal.SIGINT, on_signal)
    try:
        yield take_over
    finally:
        if signal.getsignal(signal.SIGINT) is on_signal:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def say_stopped() -> None:
    """Say it where nothing is loaded, or whole, that could say more."""
    with suppress(OSError):
        os.write(2, b"Stopped.\n")


def end_at_ctrl_c(code: int) -> None:
    """Have Ctrl-C end the process with this code from now on: all is said, and Python would only print where it was."""
    if _is_pythons_own():
        signal.signal(signal.SIGINT, lambda *_: os._exit(code))


def _is_pythons_own() -> bool:
    main = threading.current_thread() is threading.main_thread()
    return main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
