"""The states of an item and the moves between them that the journal allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from omt_core.api.items import InventoryState, ItemState

OPEN_STATES: Final = frozenset({ItemState.PENDING, ItemState.STARTED})
"""What a transfer still has to work on."""

UNCONFIRMED: Final = ((ItemState.FAILED, ItemState.MISSING, ItemState.SKIPPED), (ItemState.PENDING, ItemState.STARTED))
"""All states but one, in groups that the journal has an index for."""

STATE_OF_PRESENCE: Final = {
    InventoryState.FOUND: ItemState.PENDING,
    InventoryState.MISSING: ItemState.MISSING,
    InventoryState.UNREADABLE: ItemState.FAILED,
    InventoryState.REFUSED: ItemState.SKIPPED,
    InventoryState.ELSEWHERE: ItemState.SKIPPED,
    InventoryState.ORPHAN: ItemState.SKIPPED,
}
"""Where the inventory puts an item that is not confirmed."""

ALLOWED_MOVES: Final = {
    ItemState.PENDING: frozenset({ItemState.STARTED, ItemState.CONFIRMED, ItemState.FAILED, ItemState.MISSING}),
    ItemState.STARTED: frozenset({ItemState.PENDING, ItemState.CONFIRMED, ItemState.FAILED, ItemState.MISSING}),
    # What was verified online stays so until a readable file differs, or the online side says that it lost it.
    ItemState.CONFIRMED: frozenset({ItemState.PENDING}),
    ItemState.FAILED: frozenset(ItemState),
    ItemState.MISSING: frozenset(ItemState),
    ItemState.SKIPPED: frozenset(ItemState),
}
"""From each state the ones that it may change to; staying is always allowed."""


def may_move(before: ItemState, after: ItemState) -> bool:
    """Tell whether an item may go from one state to another."""
    return before is after or after in ALLOWED_MOVES[before]


def is_one_of(states: Sequence[ItemState]) -> str:
    """Return the condition as the indexes have it: SQLite puts a list into a temporary table, row by row."""
    alternatives = " OR ".join(f"state = '{state.value}'" for state in states)
    return f"({alternatives})"
