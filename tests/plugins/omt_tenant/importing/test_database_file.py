"""A tenant's database is stored in groups that parts fill, also where an earlier version began it with larger ones."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from omt_tenant.importing.database_file import GROUP_ROWS, open_database
from omt_tenant.settings import ImportSettings

FILL = "INSERT INTO notes SELECT i, repeat(md5(i::VARCHAR), 3) FROM range(?, ?) r(i)"
LOOK = "SELECT count(*), sum(id), count(DISTINCT body), min(rowid), max(rowid) FROM notes"


@pytest.mark.parametrize("before", [0, 100, GROUP_ROWS, 30_000, 130_000])
def test_rows_follow_those_of_an_earlier_version_and_none_is_lost(tmp_path: Path, before: int) -> None:
    path, rows = tmp_path / "crm.duckdb", before + 2 * GROUP_ROWS + 1
    with duckdb.connect(str(path)) as earlier:
        earlier.execute("CREATE TABLE notes (id BIGINT, body VARCHAR)")
        earlier.execute(FILL, [0, before])
    for begin, end in ((before, before + 5_000), (before + 5_000, rows)):
        with open_database(path, ImportSettings(), reads=tmp_path) as connection:
            connection.execute(FILL, [begin, end])
    with open_database(path, ImportSettings(), read_only=True) as connection:
        found = connection.execute(LOOK).fetchone()
    assert found == (rows, rows * (rows - 1) // 2, rows, 0, rows - 1)


def test_what_is_stored_lies_in_groups_of_that_size_and_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "crm.duckdb"
    with open_database(path, ImportSettings(), reads=tmp_path) as connection:
        connection.execute("CREATE TABLE notes (id BIGINT, body VARCHAR)")
        connection.execute(FILL, [0, 2 * GROUP_ROWS + 1])
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["crm.duckdb"]
    with open_database(path, ImportSettings(), read_only=True) as connection:
        groups = connection.execute("SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('notes')").fetchone()
    assert groups == (3,)


@pytest.mark.parametrize(("usual", "compression"), [(500, "ZSTD"), (50, "Uncompressed")])
def test_long_texts_of_which_one_is_very_long_are_compressed_too(tmp_path: Path, usual: int, compression: str) -> None:
    path = tmp_path / "crm.duckdb"
    text = "rpad('', CASE WHEN i = 1000 THEN 50_000 ELSE ? END, md5(i::VARCHAR))"
    with open_database(path, ImportSettings(), reads=tmp_path) as connection:
        connection.execute(f"CREATE TABLE notes AS SELECT {text} AS body FROM range(?) r(i)", [usual, GROUP_ROWS])
    with open_database(path, ImportSettings(), read_only=True) as connection:
        found = connection.execute(
            "SELECT DISTINCT compression FROM pragma_storage_info('notes') WHERE segment_type = 'VARCHAR'"
        ).fetchall()
    assert found == [(compression,)]
