"""Whether what cannot be opened is gone, or only away: the one rule for everybody who reads files on site.

A share that drops out says "no such file" of each file in it. So that is believed of a file only when the folders down
to it are there and answer. Asked behind a failure only: a file that opens costs nothing.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

import anyio
import anyio.to_thread

from omt_core.api import EventSink, FolderAwayError, Notice, StopSignal, sentence
from omt_core.api.files import openable

_LINE_FAULTS: Final = frozenset(
    getattr(errno, name)
    for name in (
        "ECONNABORTED", "ECONNRESET", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ENODEV", "ENOTCONN",
        "ESHUTDOWN", "ESTALE", "ETIMEDOUT",
    )
    if hasattr(errno, name)
)  # fmt: skip

_WINDOWS_LINE_FAULTS: Final = frozenset({21, 51, 53, 54, 55, 59, 64, 67, 121, 1167, 1231, 1232, 1236})
"""Not ready, share not found, network name gone, semaphore timeout, network unreachable and their like; Python calls
some of them ENOENT."""


SECONDS_BETWEEN_LOOKS: Final = 2.0


class Lost(NamedTuple):
    """A folder that does not answer, and why; `empty` where it does, but holds nothing any more."""

    folder: Path
    why: str
    empty: bool = False


def lost_on_the_way(path: Path, roots: Iterable[Path] = ()) -> Lost | None:
    """Return the first folder down to a path that is away, or None: then what the system says of the path is true.

    `roots` are folders that cannot be empty since something was found in them: an empty one is a mount point.
    """
    root = max((one for one in roots if path.is_relative_to(one)), key=lambda one: len(one.parts), default=None)
    folder = path if path == root else path.parent
    try:
        empty = _is_empty(folder)
    except OSError as error:
        return _first_lost(root or folder, folder) or Lost(folder, reason(error))
    return Lost(folder, sentence("it is empty now"), empty=True) if empty and folder == root else None


def is_line_fault(error: OSError) -> bool:
    """Tell whether an error says that a share is gone, and nothing of the file or folder that was asked for."""
    return error.errno in _LINE_FAULTS or getattr(error, "winerror", None) in _WINDOWS_LINE_FAULTS


def is_back(lost: FolderAwayError) -> bool:
    """Tell whether a folder that was away answers again."""
    try:
        return not (_is_empty(lost.folder) and lost.empty)
    except OSError:
        return False


async def wait_until_back(
    lost: FolderAwayError, events: EventSink, *, minutes: float, stop: StopSignal | None = None
) -> None:
    """Say that a folder is away, and return once it answers again or a stop is asked for.

    Raises the error itself when the minutes are over.
    """
    events.emit(
        Notice(
            message=sentence(
                "The folder {folder} does not answer: {why}. Nothing in it is taken for missing; waiting up to "
                "{minutes:g} minutes for it.",
                folder=lost.shown,
                why=lost.why,
                minutes=minutes,
            )
        )
    )
    back = False
    with anyio.move_on_after(60 * minutes) as patience:
        async with anyio.create_task_group() as looking:
            if stop is not None:
                looking.start_soon(_cancel_when_stopped, stop, looking.cancel_scope)
            while not (  # noqa: ASYNC110 - nobody tells when a share is back
                back := await anyio.to_thread.run_sync(is_back, lost, abandon_on_cancel=True)
            ):
                await anyio.sleep(SECONDS_BETWEEN_LOOKS)
            looking.cancel_scope.cancel()
    if back:
        events.emit(Notice(message=sentence("The folder {folder} answers again.", folder=lost.shown)))
    elif patience.cancelled_caught:
        raise lost


async def _cancel_when_stopped(stop: StopSignal, scope: anyio.CancelScope) -> None:
    await stop.wait()
    scope.cancel()


def reason(error: OSError) -> str:
    """Return what the system says."""
    return error.strerror or type(error).__name__


def _first_lost(root: Path, folder: Path) -> Lost | None:
    below = folder.relative_to(root).parts if folder.is_relative_to(root) else ()
    for number in range(len(below) + 1):
        on_the_way = root.joinpath(*below[:number])
        try:
            _is_empty(on_the_way)
        except OSError as error:
            return Lost(on_the_way, reason(error))
    return None


def _is_empty(folder: Path) -> bool:
    with os.scandir(openable(folder)) as entries:
        return next(entries, None) is None
