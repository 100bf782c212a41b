"""Holding each state that survives against what was promised by then."""

from __future__ import annotations

import shutil
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from tests.power_loss import Record, Survivor, survivors


class Dated(Protocol):
    """What holds from a position in the record on."""

    @property
    def since(self) -> int: ...


D = TypeVar("D", bound=Dated)


def in_force(dated: Sequence[D], position: int) -> D:
    """The last one that began before a position; the first one holds from the beginning."""
    return dated[max(0, bisect_left(dated, position, key=lambda one: one.since) - 1)]


def cases(
    record: Record, dated: Sequence[D], roots: Sequence[Path], *, seed: int, most: int
) -> Iterator[tuple[Survivor, D]]:
    """Every state of the disk that holds the roots, with what is in force when it comes to be."""
    milestones = [one.since for one in dated[1:]]
    for survivor in survivors(record, seed=seed, roots=[*map(str, roots)], milestones=milestones, most=most):
        yield survivor, in_force(dated, survivor.position)


def lay_out(survivor: Survivor, places: dict[Path, Path]) -> None:
    """Make folders what a state says that they are."""
    for place in places.values():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
    survivor.tree.write({str(root): place for root, place in places.items()})


class Verdict:
    """What was broken, in words, and the first state of each kind."""

    def __init__(self) -> None:
        self.states = 0
        self._broken: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add(self, survivor: Survivor, broken: Sequence[str]) -> None:
        self.states += 1
        for problem in broken:
            self._broken[problem] += 1
            self._first.setdefault(problem, f"after {survivor.position} operations, {survivor.loss}")

    def __str__(self) -> str:
        return "\n".join(
            f"{problem}: in {number} of {self.states} states, first {self._first[problem]}"
            for problem, number in self._broken.most_common(20)
        )
