"""The arithmetic of an estimate: from work and line to a range of seconds, narrowed by what a past transfer took."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from omt_core.api.calls import PastTransfer

# ND: nobody has measured the vendor's service; these come from our own benchmarks with a wide margin.
_FILES_A_SECOND_BEST: Final = 5_000
_FILES_A_SECOND_WORST: Final = 400
_SHARED_LINE: Final = 0.6
"""The part of the probed speed that is left when others use the line too."""

_SENT_OF_STORED: Final = (0.15, 1.0)
"""The least and the most part of what a database stores that goes over the line: of SQLite's file of `night.py` it is
0.46. UTF-16 and numbers shrink most; texts that the database packs by itself hardly."""

_LIKELY_SENT_OF_STORED: Final = 0.45
_TABLES_A_SECOND_WORST: Final = 4e6
"""Bytes of parts a second, where nobody has read this database before: a third of what `night.py` reaches."""

_FIXED_BEST: Final = 5.0
_FIXED_WORST: Final = 60.0
"""Seconds for what does not grow with the files: snapshot, hundreds of small tables, import, receipt."""

_TELLING_SECONDS: Final = 2.0
_TELLING_FILES: Final = 100
_TELLING_BYTES: Final = 4 << 20
"""A past transfer that was shorter, or moved less, says nothing of a longer one."""

_LIKE: Final = ((0.5, 1.3), (0.1, 1.6), (0.0, 2.5))
"""How far a past transfer is trusted: the part of the work that it did, at least, and the factor either way."""

_NO_TIME: Final = 1e-3


@dataclass(slots=True)
class Counted:
    """Files and bytes that there are, those of them that are confirmed online, and those in the cloud or on tape."""

    files: int = 0
    bytes: int = 0
    online_files: int = 0
    online_bytes: int = 0
    recalled_files: int = 0
    recalled_bytes: int = 0

    @property
    def left(self) -> Work:
        """What is to be sent."""
        return Work(files=self.files - self.online_files, bytes=self.bytes - self.online_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be sent; `database` are bytes of tables as they go over the line.

    Where no run has moved the database, `stored` are the bytes that it takes in its source, from which the others are
    guessed.
    """

    files: int
    bytes: int
    database: int = 0
    stored: int = 0

    @property
    def tables(self) -> int:
        """The bytes of tables that go over the line, most likely."""
        return self.database or int(self.stored * _LIKELY_SENT_OF_STORED)

    def with_tables(self, part: float) -> Work:
        """Return the same with this part of what the source stores for what goes over the line."""
        return replace(self, database=self.database or int(self.stored * part), stored=0)

    @property
    def without_files(self) -> Work:
        """What is left where all files were sent ahead."""
        return replace(self, files=0, bytes=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Seconds."""

    shortest: float
    longest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Says how long work takes. `speed` is that of the line in bytes a second; `past` are transfers, oldest first."""

    speed: float
    past: Sequence[PastTransfer] = ()

    @property
    def telling(self) -> PastTransfer | None:
        """The latest past transfer that says something of this one."""
        return next((one for one in reversed(self.past) if _tells(one)), None)

    @property
    def database(self) -> PastTransfer | None:
        """The latest past transfer that moved the database."""
        return next((one for one in reversed(self.past) if one.database_seconds), None)

    @property
    def imported(self) -> float | None:
        """The seconds that the latest import took."""
        return next((one.import_seconds for one in reversed(self.past) if one.import_seconds is not None), None)

    def whole(self, work: Work, limit: int | None) -> Range:
        """Return how long a migration takes: transfer and import."""
        if work.stored and not work.database:
            least, most = (self.whole(work.with_tables(part), limit) for part in _SENT_OF_STORED)
            reading = _FIXED_WORST + work.stored / _TABLES_A_SECOND_WORST
            return Range(shortest=least.shortest, longest=max(most.longest, reading))
        moving = self.transfer(work, limit)
        imported = self.imported
        if imported is None:
            return Range(shortest=_FIXED_BEST + moving.shortest, longest=_FIXED_WORST + moving.longest)
        return Range(shortest=0.8 * imported + moving.shortest, longest=1.5 * imported + _FIXED_BEST + moving.longest)

    def transfer(self, work: Work, limit: int | None) -> Range:
        """Return how long the transfer takes, by the past where that tells, and never less than reading the tables."""
        said = self._by_the_line(work.files, work.bytes + work.database, limit)
        past, database = self.telling, self.database
        if past is not None:
            said = self._by_the_past(said, work, past)
        if database is not None and work.database:
            seconds = database.database_seconds
            said = Range(shortest=max(said.shortest, 0.8 * seconds), longest=max(said.longest, 1.5 * seconds))
        return said

    def _by_the_line(self, files: int, size: int, limit: int | None) -> Range:
        best, worst = self.speed, self.speed * _SHARED_LINE
        if limit is not None:
            best, worst = min(best, limit), min(worst, limit)
        return Range(
            shortest=max(size / best, files / _FILES_A_SECOND_BEST),
            longest=size / worst + files / _FILES_A_SECOND_WORST,
        )

    def _by_the_past(self, said: Range, work: Work, past: PastTransfer) -> Range:
        """Put this transfer where the past one stood in what today's line would have said of it."""
        then = self._by_the_line(past.files, past.sent_bytes, past.limit)
        width = math.log(max(then.longest, _NO_TIME) / max(then.shortest, _NO_TIME)) or 1.0
        place = min(1.5, max(-0.5, math.log(past.seconds / max(then.shortest, _NO_TIME)) / width))
        point = max(said.shortest, _NO_TIME) * (max(said.longest, _NO_TIME) / max(said.shortest, _NO_TIME)) ** place
        likeness = max(
            past.files / work.files if work.files else 1.0, past.sent_bytes / (work.bytes + work.database or 1)
        )
        factor = next(factor for part, factor in _LIKE if likeness >= part)
        return Range(shortest=point / factor, longest=point * factor)


def _tells(past: PastTransfer) -> bool:
    return past.seconds >= _TELLING_SECONDS and (past.files >= _TELLING_FILES or past.sent_bytes >= _TELLING_BYTES)
