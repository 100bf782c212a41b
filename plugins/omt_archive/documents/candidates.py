"""Where the file of a missing document may be: among the files of its owner that no document owns."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from omt_archive.documents.owner import Missing, Unclaimed
from omt_archive.documents.roots import Period
from omt_archive.documents.row import LOST_LETTER
from omt_archive.names import likeness
from omt_crm.paths import fold

COMPARED_LETTER_BY_LETTER = 200
"""Up to so many files and documents, similar names are looked for too; beyond, that would take the square of them."""

SIMILAR_ENOUGH = 0.85


class Candidates:
    """The unclaimed files of one owner, for each missing document the nearest first."""

    def __init__(self, unclaimed: Sequence[Unclaimed], shown: Callable[[Path], str], limit: int) -> None:
        self._shown = shown
        self._limit = limit
        self._files = [file for file in unclaimed if file.period is not None]
        self._by_fold: dict[str, list[Unclaimed]] = defaultdict(list)
        self._by_likeness: dict[str, list[Unclaimed]] = defaultdict(list)
        for file in self._files:
            self._by_fold[fold(file.path.name)].append(file)
            self._by_likeness[likeness(file.path.name)].append(file)
        self.told: set[Path] = set()

    def misplaced(self, document: Missing) -> tuple[str, ...]:
        """Return the files of the document's own name, in any folder; the nearest then counts as told with it."""
        found = self._nearest(self._by_fold.get(fold(document.name), ()), document.period)
        free = [file for file in found if file.path not in self.told]
        if free:
            self.told.add(free[0].path)
        return self._tell(free)

    def resembling(self, document: Missing) -> tuple[str, ...]:
        """Return the files that differ in the lost letters of a name only; they then count as told with it."""
        pattern = re.compile(re.escape(fold(document.name)).replace(re.escape(LOST_LETTER), "."))
        found = [file for name, files in self._by_fold.items() if pattern.fullmatch(name) for file in files]
        free = [file for file in self._nearest(found, document.period) if file.path not in self.told]
        self.told.update(file.path for file in free[:1])
        return self._tell(free)

    def alike(self, document: Missing, *, letter_by_letter: bool) -> tuple[str, ...]:
        """Return the files of a similar name."""
        found = list(self._by_likeness.get(likeness(document.name), ())) if likeness(document.name) else []
        if not found and letter_by_letter and len(self._files) <= COMPARED_LETTER_BY_LETTER:
            close = difflib.get_close_matches(
                fold(document.name), self._by_fold, n=self._limit or 1, cutoff=SIMILAR_ENOUGH
            )
            found = [file for name in close for file in self._by_fold[name]]
        return self._tell(self._nearest(found, document.period))

    def _tell(self, files: Sequence[Unclaimed]) -> tuple[str, ...]:
        return tuple(self._shown(file.path) for file in files[: self._limit])

    @staticmethod
    def _nearest(files: Sequence[Unclaimed], period: Period) -> list[Unclaimed]:
        return sorted(files, key=lambda file: (_distance(file.period, period), file.root, str(file.path)))


def _distance(one: Period | None, other: Period) -> int:
    if one is None:
        return 1 << 20
    return abs((one[0] * 2 + one[1]) - (other[0] * 2 + other[1]))
