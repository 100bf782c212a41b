"""Files in columns: the journal notes them exactly as it notes their items one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from omt_core.api import FoundFiles
from omt_core.journal import inventory
from omt_core.journal.schema import upgrade

FILE = st.tuples(
    st.sampled_from(["1", "2", "ü", "\udcff"]), st.sampled_from(["a", "ä\udc80"]),
    st.sampled_from([str(Path("/x/a")), str(Path("/x/\udcff"))]),
    st.integers(0, 1), st.integers(0, 1), st.integers(0, 1),
)  # fmt: skip
BATCH = st.lists(FILE, min_size=1, max_size=4, unique_by=lambda file: file[0])
RUN = st.tuples(BATCH, st.booleans(), st.booleans())


def columns(files: Sequence[tuple[Any, ...]]) -> FoundFiles:
    keys, names, locations, sizes, mtimes_ns, ctimes_ns = zip(*files, strict=True)
    return FoundFiles(
        stage="documents", keys=keys, names=names, locations=locations, sizes=sizes, mtimes_ns=mtimes_ns,
        ctimes_ns=ctimes_ns,
    )  # fmt: skip


def noted(runs: Sequence[tuple[Any, ...]], *, one_by_one: bool) -> list[Any]:
    """Return what each run left unnoted, and then all rows of items; what is even by its run is confirmed between."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        upgrade(connection)
        found: list[Any] = []
        for run, (files, baseline_only, by_content) in enumerate(runs, start=1):
            told = columns(files)
            unknown = inventory.record(
                connection, run, list(told) if one_by_one else told, baseline_only=baseline_only, by_content=by_content
            )
            found.append(list(unknown))
            if run % 2:
                connection.execute("UPDATE items SET state = 'confirmed', digest = X'01', confirmed_run = ?", (run,))
        return found + connection.execute("SELECT * FROM items ORDER BY key").fetchall()


@given(st.lists(RUN, min_size=1, max_size=4))
def test_columns_are_noted_as_the_items_they_stand_for(runs: list[tuple[Any, ...]]) -> None:
    assert noted(runs, one_by_one=False) == noted(runs, one_by_one=True)
