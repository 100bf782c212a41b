"""What a power loss may take at one moment: the losses that are tried there, some always, others as a seed chooses."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import Final

from tests.power_loss.operations import Change, Renaming, Writing
from tests.power_loss.sectors import SECTOR, Loss

PAGE_SECTORS: Final = 8
LONG_ROW: Final = 8
"""Writes to one file in a row, beyond which a loss in their middle is only tried at some of them."""


@dataclass(frozen=True, slots=True)
class Chances:
    """What may be lost at one crash point. `fresh` are the pending changes since the last fsync, in order."""

    pending: Mapping[int, Change]
    fresh: Sequence[int]
    chance: random.Random

    def always(self) -> Iterator[tuple[str, Loss]]:
        """Yield what is tried everywhere."""
        yield "everything lost", Loss(kept=frozenset())
        if not self.pending:
            return
        yield "nothing lost", Loss(kept=self.pending.keys())
        older = self.pending.keys() - set(self.fresh)
        for end in self._places():
            yield f"as {_told(self.pending, self.fresh[end])} began", Loss(kept=older | set(self.fresh[:end]))

    def some(self, most: int, subsets: int) -> Iterator[tuple[str, Loss]]:
        """Yield at most so many of all others."""
        found = [self._names, self._names_and_sizes, self._bytes, *[self._random] * subsets]
        found += (partial(self._only_fresh, end) for end in range(1, len(self.fresh)))
        found += (partial(one, position) for position in self.pending for one in (self._lost, self._alone))
        found += (
            partial(self._torn, position, part)
            for position in self.fresh
            if len(_sectors(self.pending[position])) > 1
            for part in ("beginning", "end", "sectors", "pages")
        )
        for make in found if len(found) <= most else self.chance.sample(found, most):
            yield make()

    def _places(self) -> Iterator[int]:
        """Yield where the fresh changes are cut: everywhere, but only here and there in a long row of writes."""
        row: list[int] = []
        for end in range(1, len(self.fresh)):
            row.append(end)
            if self._file(end - 1) is None or self._file(end - 1) != self._file(end):
                yield from self._some_of(row)
                row = []
        yield from self._some_of(row)

    def _some_of(self, row: Sequence[int]) -> Sequence[int]:
        return row if len(row) <= LONG_ROW else [*sorted(self.chance.sample(row[:-1], LONG_ROW // 2)), row[-1]]

    def _file(self, index: int) -> int | None:
        change = self.pending[self.fresh[index]]
        return change.file if isinstance(change, Writing) else None

    def _names(self) -> tuple[str, Loss]:
        return "names kept, bytes lost", Loss(kept=self._renamings)

    def _names_and_sizes(self) -> tuple[str, Loss]:
        return "names and sizes kept, bytes lost", Loss(kept=self._renamings, grown=self._files)

    def _bytes(self) -> tuple[str, Loss]:
        return "bytes kept, names lost", Loss(kept=self.pending.keys() - self._renamings)

    def _random(self) -> tuple[str, Loss]:
        kept = {position for position in self.pending if self.chance.getrandbits(1)}
        return "a random part lost", Loss(kept=kept, grown={file for file in self._files if self.chance.getrandbits(1)})

    def _only_fresh(self, end: int) -> tuple[str, Loss]:
        name = f"only what was done since the last fsync, before {_told(self.pending, self.fresh[end])}"
        return name, Loss(kept=set(self.fresh[:end]))

    def _lost(self, position: int) -> tuple[str, Loss]:
        return f"lost: {_told(self.pending, position)}", Loss(kept=self.pending.keys() - {position})

    def _alone(self, position: int) -> tuple[str, Loss]:
        return f"kept alone: {_told(self.pending, position)}", Loss(kept={position})

    def _torn(self, position: int, part: str) -> tuple[str, Loss]:
        sectors = _sectors(self.pending[position])
        cut = self.chance.choice(sectors[1:])
        match part:
            case "beginning":
                kept = {sector for sector in sectors if sector < cut}
            case "end":
                kept = {sector for sector in sectors if sector >= cut}
            case "sectors":
                kept = {sector for sector in sectors if self.chance.getrandbits(1)}
            case _:
                kept = {sector for sector in sectors if (sector // PAGE_SECTORS + cut) % 2}
        name = f"torn, of which only some came ({part}): {_told(self.pending, position)}"
        return name, Loss(kept=self.pending.keys(), torn={position: kept})

    @property
    def _renamings(self) -> AbstractSet[int]:
        return {position for position, change in self.pending.items() if isinstance(change, Renaming)}

    @property
    def _files(self) -> AbstractSet[int]:
        return {change.file for change in self.pending.values() if not isinstance(change, Renaming)}


def _sectors(change: Change) -> range:
    if not isinstance(change, Writing):
        return range(0)
    return range(change.offset // SECTOR, -(-(change.offset + len(change.content)) // SECTOR))


def _told(pending: Mapping[int, Change], position: int) -> str:
    change = pending[position]
    kind = type(change).__name__.lower()
    where = f" {len(change.content)} bytes at {change.offset} of" if isinstance(change, Writing) else ""
    return f"{kind}{where} {change.path}"
