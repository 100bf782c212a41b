"""What a plugin says of this machine before a night: lines of `omt doctor`, and the means to find them in time."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from omt_core.api.files import windows
from omt_core.api.sentence import sentence
from omt_core.api.text import one_line

LOOK_SECONDS: Final = 10.0
"""So long a look at a disk, a driver or the system may take: a share that is gone answers after a minute or never."""


class MachineState(StrEnum):
    """How a thing stands that a night needs: an error is a night that fails, a warning one that may."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    NOT_CHECKED = "not-checked"
    """It could not be looked at; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineCheck:
    """One line of the doctor. `name` is what was looked at, in words joined by hyphens, and stays what it is.

    The `remedy` of a line that is ok is advice. `workspace_bytes` is what the night takes of the workspace's disk for
    this: the lines of all plugins are added up and held against what is free. `plugin` is filled in by the host.
    Neither text may hold a secret.
    """

    name: str
    state: MachineState
    message: str
    remedy: str = ""
    workspace_bytes: int = 0
    plugin: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", one_line(self.message))
        object.__setattr__(self, "remedy", one_line(self.remedy))


async def looked_at(
    name: str, look: Callable[[], Iterable[MachineCheck]], *, seconds: float = LOOK_SECONDS
) -> Sequence[MachineCheck]:
    """Return what `look`, which may block, finds within so many seconds; else a line `name` that says that it did not.

    It runs in a thread of its own that holds up neither the others nor the end of the tool. Raises what `look` raises.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Sequence[MachineCheck]] = loop.create_future()

    def work() -> None:
        try:
            found: Sequence[MachineCheck] | BaseException = tuple(look())
        except BaseException as error:  # noqa: BLE001 - it is raised again where somebody waits for it
            found = error
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(_tell, done, found)

    threading.Thread(target=work, name=f"look at {name}", daemon=True).start()
    try:
        return await asyncio.wait_for(done, seconds)
    except TimeoutError:
        if done.done() and not done.cancelled():  # its own: a driver, say, gave up by itself
            raise
        return (
            MachineCheck(
                name=name,
                state=MachineState.NOT_CHECKED,
                message=sentence(
                    "The system did not answer within {seconds:g} seconds when it was asked about {name}.",
                    seconds=seconds,
                    name=name,
                ),
                remedy=sentence("Look for a share or a drive that does not answer, then ask again."),
            ),
        )


def _tell(done: asyncio.Future[Sequence[MachineCheck]], found: Sequence[MachineCheck] | BaseException) -> None:
    if done.done():
        return
    if isinstance(found, BaseException):
        done.set_exception(found)
    else:
        done.set_result(found)


def may_write(place: Path) -> bool:
    """Tell whether this account may write to this file, or put files into this folder. Changes nothing. Blocks.

    What another program holds at the moment may be written to: writing waits for it. Raises `OSError` where it cannot
    be looked at.
    """
    if sys.platform != "win32":
        return os.access(place, os.W_OK)
    # There `os.access` knows attributes and no rights. Opening for change changes nothing.
    read_only = not place.is_dir() and place.stat().st_file_attributes & stat.FILE_ATTRIBUTE_READONLY
    # `files` replaces a file whatever the attribute says.
    return windows.may_open(place, windows.TO_REPLACE if read_only else windows.TO_WRITE)
