"""Confirmations in columns: the journal notes them exactly as it notes the same outcomes one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api import Confirmations, Item, ItemState, OmtError, Outcome
from omt_core.journal import inventory
from omt_core.journal.items import apply_outcomes
from omt_core.journal.schema import upgrade

KEYS = ("1", "2", "ü", "\udcff")
DIGESTS = st.sampled_from(["ab" * 32, "cd" * 32])
READ = st.tuples(DIGESTS, st.integers(0, 2**40), st.integers(-(2**62), 2**62), st.booleans())


def columns(read: list[tuple[str, int, int, bool]], keys: tuple[str, ...] = KEYS) -> Confirmations:
    digests, sizes, mtimes_ns, sent = zip(*read, strict=True)
    return Confirmations(stage="documents", keys=keys, digests=digests, sizes=sizes, mtimes_ns=mtimes_ns, sent=sent)


@contextmanager
def new_journal() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        upgrade(connection)
        yield connection


def noted(runs: list[Confirmations], *, one_by_one: bool) -> list[Any]:
    """Return all rows of items after these runs have noted their outcomes."""
    items = [Item(stage="documents", key=key, name=key, path=Path(f"p{at}"), size=1) for at, key in enumerate(KEYS)]
    with new_journal() as connection:
        for run, outcomes in enumerate(runs, start=1):
            inventory.record(connection, run, items, baseline_only=False)
            apply_outcomes(connection, run, list(outcomes) if one_by_one else outcomes)
        return connection.execute("SELECT * FROM items ORDER BY key").fetchall()


@given(st.lists(st.lists(READ, min_size=len(KEYS), max_size=len(KEYS)), min_size=1, max_size=3))
def test_columns_are_noted_as_the_outcomes_they_stand_for(runs: list[list[tuple[str, int, int, bool]]]) -> None:
    told = [columns(read) for read in runs]

    assert noted(told, one_by_one=False) == noted(told, one_by_one=True)


def test_columns_with_an_item_that_nobody_knows_are_refused() -> None:
    unknown = columns([("ab" * 32, 1, 1, True)], ("nobody",))

    with new_journal() as connection, pytest.raises(OmtError, match="1 items cannot become confirmed"):
        apply_outcomes(connection, 1, unknown)


def test_one_of_many_is_the_outcome_of_its_item() -> None:
    told = columns([("ab" * 32, 1, 2, True), ("cd" * 32, 3, 4, False)], ("1", "2"))
    second = Outcome(id=("documents", "2"), state=ItemState.CONFIRMED, digest="cd" * 32, size=3, mtime_ns=4, sent=False)

    assert told[1] == told[-1] == second
    assert list(told)[1] == second
    assert told[1:] == [second]
    assert len(told) == 2


def test_columns_of_several_lengths_are_refused_and_nothing_is_dropped() -> None:
    with pytest.raises(ValueError, match="several lengths"):
        columns([("ab" * 32, 1, 1, True)] * (len(KEYS) - 1))
