"""Going through the states that a power loss may leave, at every moment of a record."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.power_loss.disk import Disk
from tests.power_loss.losses import Chances
from tests.power_loss.operations import Record
from tests.power_loss.sectors import Loss
from tests.power_loss.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A state that a power loss may leave after `position` operations of a record, and which loss made it."""

    position: int
    loss: str
    tree: Tree = field(repr=False)


def survivors(
    record: Record,
    *,
    seed: int,
    roots: Sequence[str] | None = None,
    milestones: Sequence[int] = (),
    most: int = 40,
    subsets: int = 2,
) -> Iterator[Survivor]:
    """Yield the states of all crash points, each once between two milestones; of some `roots` or of all.

    What is sure changes only where an fsync returns. So all states of a power loss at any moment are found just before
    each return, and at the end: a loss a few writes earlier is a loss of these writes. At each such point are tried:
    nothing lost; everything; the writes since the last fsync up to each place, in long rows of writes to one file some
    places. Of all others `seed` chooses at most `most`: each single change lost, and kept alone; names without bytes,
    with and without their sizes; bytes without names; older writes lost and newer kept; writes torn at sectors and
    pages; random `subsets`.

    `milestones` are ascending positions from which on more is demanded of a state: a state is told again after each.
    """
    chance = random.Random(seed)
    disk = Disk(record, roots)
    told: set[tuple[bytes, int]] = set()
    for position, operation in enumerate((*record.operations, None)):
        if operation is None or disk.is_made_sure_by(operation):
            reached = bisect_right(milestones, position - 1)
            for name, loss in _losses(disk, chance, most, subsets):
                tree = disk.surviving(loss)
                key = (tree.digest, reached)
                if key not in told:
                    told.add(key)
                    yield Survivor(position=position, loss=name, tree=tree)
        if operation is not None:
            disk.apply(operation)


def survivor_at(record: Record, position: int, chance: random.Random, roots: Sequence[str] | None = None) -> Survivor:
    """Return one of the states that a power loss may leave after so many operations."""
    disk = Disk(record, roots)
    for operation in record.operations[:position]:
        disk.apply(operation)
    name, loss = chance.choice([*_losses(disk, chance, most=40, subsets=4)])
    return Survivor(position=position, loss=name, tree=disk.surviving(loss))


def _losses(disk: Disk, chance: random.Random, most: int, subsets: int) -> Iterator[tuple[str, Loss]]:
    pending = disk.pending
    chances = Chances(pending, [position for position in pending if position >= disk.fresh], chance)
    yield from chances.always()
    yield from chances.some(most, subsets)
