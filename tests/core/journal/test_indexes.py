"""Rows are found, and changed, without a scan or a temporary table, in journals of every age."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import pytest

from omt_core.api.items import InventoryState, Item, ItemState
from omt_core.api.journal import Outcome
from omt_core.journal import inventory
from omt_core.journal.item_rows import page
from omt_core.journal.items import apply_outcomes
from omt_core.journal.schema import STEPS, upgrade

OPEN = (ItemState.PENDING, ItemState.STARTED)
LEFT = (ItemState.FAILED, ItemState.MISSING, ItemState.SKIPPED)
ITEM = Item(stage="documents", key="7", name="HH/7", path=None, size=5, mtime_ns=1)


@pytest.fixture(params=range(1, len(STEPS) + 1))
def connection(request: pytest.FixtureRequest) -> Iterator[sqlite3.Connection]:
    """A journal that began as each version there ever was."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for number, script in enumerate(STEPS[: request.param], start=1):
            connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
        upgrade(connection)
        inventory.record(connection, 1, [ITEM], baseline_only=False)
        yield connection


def traced(connection: sqlite3.Connection, work: Callable[[], object]) -> list[str]:
    """Run some work and return its statements about items."""
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    work()
    connection.set_trace_callback(None)
    return [text for text in statements if " items" in text]


@pytest.mark.parametrize(
    ("states", "indexes"),
    [
        (OPEN, ["open_items"]),
        (LEFT, ["left_items"]),
        (LEFT[::-1], ["left_items"]),
        ((ItemState.MISSING,), ["left_items"]),
        ((*OPEN, *LEFT), ["left_items", "open_items"]),
    ],
)
def test_few_items_among_many_are_found_by_their_index(
    connection: sqlite3.Connection, states: Sequence[ItemState], indexes: Sequence[str]
) -> None:
    queries = traced(connection, lambda: page(connection, states, stage="documents", after=b"", limit=9))
    for query, index in zip(queries, indexes, strict=True):
        plan = connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
        assert any(f"USING INDEX {index}" in row[3] for row in plan)


def test_items_of_several_indexes_come_in_the_order_of_their_keys_and_no_more_of_them_than_asked(
    connection: sqlite3.Connection,
) -> None:
    missing = [replace(ITEM, key=key, presence=InventoryState.MISSING, reason="gone") for key in ("6", "8", "9a")]
    inventory.record(connection, 1, [replace(ITEM, key="9"), *missing], baseline_only=False)
    found = page(connection, (*LEFT, *OPEN), stage="documents", after=b"6", limit=3)
    assert [(record.key, record.state) for record in found] == [
        ("7", ItemState.PENDING), ("8", ItemState.MISSING), ("9", ItemState.PENDING)
    ]  # fmt: skip


def test_a_change_of_a_row_needs_no_temporary_table(connection: sqlite3.Connection) -> None:
    # Its digest is text, since SQLite shows the values of what it explains.
    outcome = Outcome(id=("documents", "7"), state=ItemState.CONFIRMED, digest=b"7".hex() * 32, size=5, mtime_ns=1)

    def work() -> None:
        inventory.record(connection, 1, [replace(ITEM, key="8"), replace(ITEM, size=6)], baseline_only=False)
        apply_outcomes(connection, 1, [outcome])

    changes = [text for text in traced(connection, work) if text.lstrip().startswith(("INSERT", "UPDATE"))]
    assert len(changes) == 3
    for change in changes:
        assert not any(row[1] == "OpenEphemeral" for row in connection.execute(f"EXPLAIN {change}"))
