"""Where parts and row groups end, and what of it lies in a file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omt_database.export import part_files, parts
from omt_database.export.fingerprint import fingerprint, fingerprint_text
from omt_database.export.part_files import PartFiles
from omt_database.export.parts import PartEnd, Parts, Portion
from omt_database.settings import DatabaseSettings
from omt_tenant.importing.database_file import GROUP_ROWS

SCHEMA = pa.schema([("id", pa.int64()), ("text", pa.string())])
ROW_BYTES = 8 + 4 + 10
"""A number, an offset and ten letters."""


@pytest.fixture
def own_groups() -> None:
    """Leave the sizes as they are."""


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "own_groups" in request.fixturenames:
        return
    for module in (parts, part_files):
        monkeypatch.setattr(module, "ROW_GROUP_ROWS", 10)
        monkeypatch.setattr(module, "ROW_GROUP_BYTES", 10 * ROW_BYTES)


def batch(first: int, rows: int, letters: int = 10) -> list[pa.Array]:
    return [pa.array(range(first, first + rows), pa.int64()), pa.array(["x" * letters] * rows, pa.string())]


def portions(made: Parts, *sizes: int, letters: int = 10) -> list[Portion]:
    """Feed batches of so many rows, and return all that comes of it."""
    ready, first = [], 0
    for rows in sizes:
        ready += made.add(batch(first, rows, letters))
        first += rows
    return [*ready, made.end()]


def shape(portion: Portion) -> tuple[int, int, bool]:
    return portion.number, portion.rows.num_rows, portion.end is not None


def test_rows_are_handed_on_before_they_pass_a_row_group() -> None:
    assert [shape(portion) for portion in portions(Parts(SCHEMA, 10**6), 4, 4, 4, 10, 1)] == [
        (1, 8, False), (1, 4, False), (1, 10, False), (1, 1, True)
    ]  # fmt: skip


def test_long_rows_make_smaller_row_groups() -> None:
    assert [portion.rows.num_rows for portion in portions(Parts(SCHEMA, 10**6), 4, 4, 4, letters=20)] == [4, 4, 4]


def test_a_part_ends_where_it_is_half_as_much_again_and_rows_follow() -> None:
    made = portions(Parts(SCHEMA, 5 * ROW_BYTES), 4, 4, 4, 4)
    assert [shape(portion) for portion in made] == [(1, 8, True), (2, 8, True)]
    assert [portion.end.last for portion in made if portion.end] == [False, True]


@pytest.mark.parametrize(("wanted", "rows"), [(13, 12), (14, 12), (19, 24), (30, 24), (31, 36)])
def test_a_part_ends_with_the_nearest_group(monkeypatch: pytest.MonkeyPatch, wanted: int, rows: int) -> None:
    monkeypatch.setattr(parts, "GROUP_ROWS", 12)
    ends = [portion.end for portion in portions(Parts(SCHEMA, wanted * ROW_BYTES), *[5] * 20) if portion.end]
    assert [end.rows for end in ends] == [rows] * (100 // rows) + [100 % rows]


def test_rows_of_which_no_group_is_near_do_not_wait_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "GROUP_ROWS", 12)
    ends = [portion.end for portion in portions(Parts(SCHEMA, 5 * ROW_BYTES), *[2] * 8) if portion.end]
    assert [end.rows for end in ends] == [8, 8]


@pytest.mark.usefixtures("own_groups")
def test_parts_of_long_text_end_with_the_groups_that_a_tenant_stores() -> None:
    made = portions(Parts(SCHEMA, DatabaseSettings().part_bytes), *[3_000] * 20, letters=1_200)
    assert [portion.end.rows for portion in made if portion.end] == [GROUP_ROWS, GROUP_ROWS, 60_000 - 2 * GROUP_ROWS]


@pytest.mark.usefixtures("own_groups")
@pytest.mark.parametrize(("letters", "groups"), [(10, 3), (170, 2), (300, 1)])
def test_row_groups_end_with_the_groups_that_a_tenant_stores(letters: int, groups: int) -> None:
    made = portions(Parts(SCHEMA, DatabaseSettings().part_bytes), *[7_000] * 30, letters=letters)
    sizes = [portion.rows.num_rows for portion in made if portion.rows.num_rows]
    assert sizes[:3] == [groups * GROUP_ROWS] * 3
    assert [rows % GROUP_ROWS for rows in sizes] == [0] * (len(sizes) - 1) + [210_000 % GROUP_ROWS]


@pytest.mark.usefixtures("own_groups")
def test_row_groups_of_rows_of_which_no_group_has_room_are_full() -> None:
    made = portions(Parts(SCHEMA, DatabaseSettings().part_bytes), *[500] * 90, letters=1_200)
    assert {portion.rows.num_rows for portion in made[:2]} == {6_500}


def test_a_table_without_rows_is_one_part() -> None:
    assert [portion.end for portion in portions(Parts(SCHEMA, 1))] == [PartEnd(0, "0" * 32, last=True)]


def test_an_end_counts_and_measures_all_portions_of_its_part() -> None:
    (*_, last) = portions(Parts(SCHEMA, 10**6), 8, 8, 3)
    assert last.end == PartEnd(19, fingerprint_text(fingerprint(batch(0, 19), 19)), last=True)


def written(folder: Path, made: Parts, *sizes: int) -> list[Path]:
    files = PartFiles(SCHEMA, lambda number: folder / f"{number}.parquet")
    return [path for portion in portions(made, *sizes) if (path := files.write(portion)) is not None]


def test_a_file_is_there_when_it_is_whole(tmp_path: Path) -> None:
    files = PartFiles(SCHEMA, lambda number: tmp_path / f"{number}.parquet")
    first, last = portions(Parts(SCHEMA, 10**6), 10, 5)
    assert files.write(first) is None
    assert [path.name for path in tmp_path.iterdir()] == ["1.new"]
    assert files.write(last) == tmp_path / "1.parquet"
    assert [path.name for path in tmp_path.iterdir()] == ["1.parquet"]
    assert pq.read_table(tmp_path / "1.parquet")["id"].to_pylist() == list(range(15))


def test_what_came_at_once_and_is_too_much_becomes_row_groups_of_one_size(tmp_path: Path) -> None:
    (path,) = written(tmp_path, Parts(SCHEMA, 10**6), 25)
    file = pq.ParquetFile(path)
    assert [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)] == [9, 9, 7]


def test_where_batches_ended_does_not_show(tmp_path: Path) -> None:
    (one,) = written(tmp_path, Parts(SCHEMA, 10**6), 8, 6)
    text = one.read_bytes()
    (other,) = written(tmp_path, Parts(SCHEMA, 10**6), 4, 4, 3, 3)
    assert other.read_bytes() == text


@pytest.mark.usefixtures("own_groups")
def test_one_column_alone_is_there_twice_while_a_row_group_is_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "fingerprint", lambda *_: 0)
    used = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(used)
    columns, rows, batches = 16, 1_000, 20
    made = Parts(pa.schema([(f"c{number}", pa.int64()) for number in range(columns)]), 10**9)
    pa.set_memory_pool(pool)
    try:
        for _ in range(batches):
            made.add([pa.array(range(rows), pa.int64()) for _ in range(columns)])
        assert made.end().rows.num_rows == rows * batches
        assert pool.max_memory() < 1.25 * rows * batches * columns * 8
    finally:
        pa.set_memory_pool(used)


_WRITES = """
from pathlib import Path
from omt_database.export.part_files import PartFiles
from omt_database.export.parts import Parts
import pyarrow as pa
schema = pa.schema([("id", pa.int64())])
made = Parts(schema, 10**6)
made.add([pa.array(range(10_000), pa.int64())])
PartFiles(schema, lambda _: Path("1.parquet")).write(made.end())
others = [name for name in pa.supported_memory_backends() if name != "system"]
print(sum(getattr(pa, f"{name}_memory_pool")().max_memory() for name in others))
"""


def test_all_memory_comes_from_the_system_also_what_parquet_is_made_in(tmp_path: Path) -> None:
    told = subprocess.run([sys.executable, "-c", _WRITES], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert told.stdout == "0\n"


def test_a_part_that_is_given_up_leaves_its_file_closed(tmp_path: Path) -> None:
    files = PartFiles(SCHEMA, lambda number: tmp_path / f"{number}.parquet")
    files.write(portions(Parts(SCHEMA, 10**6), 10, 5)[0])
    files.close()
    files.close()
    assert [path.name for path in tmp_path.iterdir()] == ["1.new"]
