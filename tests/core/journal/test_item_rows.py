"""Stages are counted once, and again only after a change, each by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from omt_core.api.items import Item
from omt_core.journal import inventory
from omt_core.journal.item_rows import Counts, stages_with_items
from omt_core.journal.schema import upgrade

STAGES = ("attachments", "documents")


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        upgrade(connection)
        for stage in STAGES:
            add(connection, stage, "1")
        yield connection


def add(connection: sqlite3.Connection, stage: str, key: str) -> None:
    item = Item(stage=stage, key=key, name=key, path=None, size=5, mtime_ns=1)
    inventory.record(connection, 1, [item], baseline_only=False)


def counted(connection: sqlite3.Connection, counts: Counts, run: int = 1) -> tuple[dict[str, int], int]:
    """Return the items of each stage, and how many stages were counted for it."""
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    totals = counts.of(connection, run, STAGES)
    connection.set_trace_callback(None)
    return {stage: total.items for stage, total in totals.items()}, sum("FROM items" in one for one in statements)


def test_only_what_changed_is_counted_again(connection: sqlite3.Connection) -> None:
    counts = Counts()
    assert counted(connection, counts) == ({"attachments": 1, "documents": 1}, 2)
    assert counted(connection, counts) == ({"attachments": 1, "documents": 1}, 0)
    add(connection, "documents", "2")
    counts.changed({"documents"})
    assert counted(connection, counts) == ({"attachments": 1, "documents": 2}, 1)


def test_another_run_sees_items_otherwise(connection: sqlite3.Connection) -> None:
    counts = Counts()
    counted(connection, counts)
    assert counted(connection, counts, run=2)[1] == 2


def test_a_stage_without_items_has_no_totals(connection: sqlite3.Connection) -> None:
    assert Counts().of(connection, 1, ["templates"]) == {}
    assert stages_with_items(connection) == list(STAGES)
    connection.execute("DELETE FROM items")
    assert stages_with_items(connection) == []
