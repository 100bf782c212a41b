"""What a file holds of writes of which only some reached the disk, sector by sector."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from tests.power_loss.operations import Resizing, Writing

SECTOR: Final = 512
"""Bytes that reach a disk together or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What becomes of the changes that are not sure, by their positions in the record.

    `kept` are those that reached the disk, and `torn` those of which only these sectors did. Files in `grown` have
    their last size, whatever bytes they have.
    """

    kept: AbstractSet[int]
    torn: Mapping[int, AbstractSet[int]] = field(default_factory=dict)
    grown: AbstractSet[int] = frozenset()


def assembled(sure: bytes, changes: Mapping[int, Writing | Resizing], loss: Loss, *, whole: bool) -> bytes:
    """Return what a file holds that held `sure` before these changes; with `whole` it has its last size.

    `true` is the file as its process sees it, `found` as the disk has it: a sector that came is as it was at that time,
    with all that was written to it before.
    """
    true, found = bytearray(sure), bytearray(sure)
    last_kept = max((position for position in changes if position in loss.kept), default=-1)
    for position, change in changes.items():
        match change:
            case Resizing(size=size):
                true[:] = true[:size].ljust(size, b"\0")
                if position <= last_kept:
                    found[:] = found[:size].ljust(size, b"\0")
            case Writing(offset=offset, content=content):
                end = offset + len(content)
                if len(true) < end:
                    true.extend(bytes(end - len(true)))
                true[offset:end] = content
                if position in loss.kept:
                    _keep(true, found, range(offset // SECTOR, -(-end // SECTOR)), loss.torn.get(position), end)
    if whole and len(found) < len(true):
        found.extend(bytes(len(true) - len(found)))
    return bytes(found)


def _keep(true: bytearray, found: bytearray, sectors: range, torn: AbstractSet[int] | None, end: int) -> None:
    """Copy the sectors of a write that reached the disk; the size follows the last of them."""
    if torn is None:
        pieces = [(sectors.start * SECTOR, sectors.stop * SECTOR)] if sectors else []
    else:
        pieces = [(sector * SECTOR, (sector + 1) * SECTOR) for sector in sectors if sector in torn]
    for start, stop in pieces:
        reached = min(stop, len(true), max(end, len(found)))
        if len(found) < reached:
            found.extend(bytes(reached - len(found)))
        found[start:reached] = true[start:reached]
