"""A file's times as everything that compares them reads them: inventory, transfer, recovery and whoever is near.

They are no dates but part of a stamp that tells a changed file. A disk may hold times that 64 bits of nanoseconds do
not, before 1677 and after 2262: Windows' own zero is 1601. Nothing of the tool but this is loaded here.
"""

from __future__ import annotations

import os
from typing import Final, Protocol

_ON_WINDOWS: Final = os.name == "nt"
_FIRST: Final = -(1 << 63)
_LAST: Final = (1 << 63) - 1


class _Times(Protocol):
    @property
    def st_mtime_ns(self) -> int: ...

    @property
    def st_ctime_ns(self) -> int: ...


def modification_time(found: _Times) -> int:
    """Return when a file was written last, in nanoseconds since 1970, as 64 bits with a sign hold it.

    What lies beyond them is cut to its lowest 64 bits, so that two such times of one file still differ.
    """
    time = found.st_mtime_ns
    return time if _FIRST <= time <= _LAST else _cut(time)


def change_time(found: _Times) -> int:
    """Return when anything of a file was changed last, in the same way.

    It is 0 on Windows, which has it at the price of opening the file.
    """
    if _ON_WINDOWS:
        return 0
    time = found.st_ctime_ns
    return time if _FIRST <= time <= _LAST else _cut(time)


def _cut(time: int) -> int:
    return (time - _FIRST) % (1 << 64) + _FIRST
