from __future__ import annotations

from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest

from omt_core.api.errors import InputError, OnlineRefusedError
from omt_tenant.importing import VerificationFailedError, fingerprint

HOSTILE = [
    *('a"b', "x'; DROP TABLE person; --", "../../etc", "a\0b", "Ærlig talt", "main", "omt", "sqlite_master", "select"),
    *("duckdb_tables()", "rowid"),
]


def refusal(tenant):
    with pytest.raises(VerificationFailedError) as refused:
        tenant.run()
    return [(detail.code, detail.subject) for detail in refused.value.details]


def test_hostile_names_of_tables_and_columns_are_only_names(tenant):
    for number, name in enumerate(HOSTILE):
        tenant.put_table(name, pa.table({column: [number] for column in HOSTILE}))
    tenant.run()
    for number, name in enumerate(HOSTILE):
        quoted = name.replace('"', '""')
        assert tenant.query(f'SELECT * FROM main."{quoted}"') == [(number,) * len(HOSTILE)]
    assert sorted(path.name for path in tenant.root.iterdir()) == ["contents", "databases", "receipts", "stages"]


def test_names_keep_their_case(tenant):
    tenant.put_table("OutgoingMessage", pa.table({"Id": [1], "BodyText": ["x"]}))
    tenant.run()
    assert tenant.query(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal"
    ) == [
        ("OutgoingMessage", "Id"),
        ("OutgoingMessage", "BodyText"),
    ]


def test_values_arrive_as_they_were(tenant):
    table = pa.table({"text": ["", None, "a\0b", "𝄞 '%_\\"], "blob": [b"", None, b"\0\xff", b"x"]})
    tenant.put_table("t", table)
    tenant.run()
    assert tenant.query("SELECT * FROM t") == [tuple(row.values()) for row in table.to_pylist()]


def test_a_table_without_rows_exists(tenant):
    tenant.put_table("empty", pa.table({"a": pa.array([], pa.int32())}))
    tenant.run()
    assert tenant.query("SELECT * FROM empty") == []
    assert tenant.receipt().header.tables[0].fingerprint == "0" * 32


def test_tables_that_differ_in_case_only_are_all_held_under_their_own_names(tenant):
    spellings = ("person", "PERSON", "Person")
    for number, name in enumerate(spellings):
        tenant.put_table(name, pa.table({"a": [number]}), pa.table({"a": [number + 10]}))
    tenant.run()
    held = dict(tenant.query("SELECT table_name, schema_name FROM duckdb_tables() WHERE lower(table_name) = 'person'"))
    assert set(held) == set(spellings)
    for number, name in enumerate(spellings):
        assert tenant.query(f'SELECT * FROM "{held[name]}"."{name}"') == [(number,), (number + 10,)]
    assert {table.table for table in tenant.receipt().header.tables} == set(spellings)


def test_the_decisions_are_applied_to_one_of_two_tables_that_differ_in_case_only(tenant):
    tenant.put_crm()
    tenant.put_table("Associate", pa.table({"associate_id": [1], "name": ["HH"], "userName": ["kept"]}))
    tenant.run()
    (held,) = tenant.query("SELECT schema_name FROM duckdb_tables() WHERE table_name = 'Associate'")
    assert tenant.query(f'SELECT "userName" FROM "{held[0]}"."Associate"') == [("kept",)]


def test_columns_that_differ_in_case_only_are_all_held_and_their_true_names_noted(tenant):
    names = ("Name", "name", "name_2", "NAME")
    tenant.put_table("t", pa.table([pa.array([number]) for number in range(4)], names=names))
    tenant.run()
    assert tenant.query("SELECT * FROM t") == [(0, 1, 2, 3)]
    renamed = tenant.query("SELECT stored, name FROM omt.renamed_columns")
    assert renamed == [("name_3", "name"), ("NAME_4", "NAME")]
    assert [row[0] for row in tenant.query("DESCRIBE t")] == ["Name", "name_3", "name_2", "NAME_4"]


def test_parts_whose_columns_differ_in_case_only_and_changed_places_are_refused(tenant):
    first, second = (pa.table([pa.array([1]), pa.array([2])], names=names) for names in (("a", "A"), ("A", "a")))
    tenant.put_table("t", first, second)
    assert refusal(tenant) == [("columns-differ", "t, part 2")]


def test_letters_outside_ascii_tell_tables_apart(tenant):
    for name in ("ære", "Ære"):
        tenant.put_table(name, pa.table({"a": [1]}))
    tenant.run()
    assert len(tenant.receipt().header.tables) == 2


def test_a_table_without_a_name_is_refused(tenant):
    tenant.put_table("", pa.table({"a": [1]}))
    assert [code for code, _ in refusal(tenant)] == ["table-name-empty"]


@pytest.mark.parametrize("names", [("a", "a"), ("", "b")])
def test_columns_that_cannot_keep_their_names_are_refused(tenant, names):
    tenant.put_table("t", pa.table([pa.array([1]), pa.array([2])], names=names), fingerprint="0" * 32)
    assert refusal(tenant) == [("column-name-clash", "t, part 1")]


@pytest.mark.parametrize("kind", [pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.null(), pa.list_(pa.int32())])
def test_a_type_without_a_defined_fingerprint_is_refused(tenant, monkeypatch, kind):
    monkeypatch.setitem(tenant.put_table.__func__.__globals__, "reference_fingerprint", lambda _: 0)
    tenant.put_table("t", pa.table({"a": pa.array([None], kind)}))
    assert refusal(tenant) == [("column-type-unsupported", "t, part 1")]


def test_parts_with_other_columns_are_refused(tenant):
    tenant.put_table("t", pa.table({"a": [1]}), pa.table({"b": [1]}))
    assert refusal(tenant) == [("columns-differ", "t, part 2")]


def test_a_part_with_another_number_of_rows_is_named(tenant):
    tenant.put_table("t", pa.table({"a": [1, 2]}), rows=3)
    assert refusal(tenant) == [("rows-differ", "t, part 1")]


def test_a_part_that_is_not_parquet_is_named(tenant):
    tenant.put_table("t", pa.table({"a": [1]}))
    entry = tenant.entries["database"]["t/000001"]
    digest = tenant.store(b"not parquet at all")
    tenant.put(replace(entry, digest=digest, size=18))
    assert refusal(tenant) == [("part-unreadable", "t, part 1")]


def test_a_part_whose_stored_bytes_changed_is_named(tenant):
    tenant.put_table("t", pa.table({"a": [1]}))
    path = tenant.root / "contents" / tenant.entries["database"]["t/000001"].digest
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)
    assert refusal(tenant) == [("content-damaged", "database/t/000001")]


def test_the_path_of_the_tenant_may_look_like_a_pattern(new_tenant, tmp_path):
    tenant = new_tenant(tmp_path / "a=b [x] * 'q'")
    tenant.put_table("t", pa.table({"a": [1]}))
    tenant.run()
    assert tenant.query("SELECT * FROM t") == [(1,)]


def test_a_path_that_duckdb_would_misread_is_refused_with_a_remedy(new_tenant, tmp_path):
    tenant = new_tenant(tmp_path / "a?b")
    with pytest.raises(InputError, match="question mark"):
        tenant.run()


def test_a_table_that_does_not_fit_the_memory_at_once_is_measured_in_ranges(tenant, monkeypatch):
    original, asked = fingerprint._measure, []

    def measured(connection, name, columns, rows):
        asked.append(rows)
        if rows is None or rows[1] - rows[0] > 10:
            raise duckdb.OutOfMemoryException
        return original(connection, name, columns, rows)

    monkeypatch.setattr(fingerprint, "_measure", measured)
    tenant.put_table("photo", pa.table({"a": range(60)}), pa.table({"a": range(60, 100)}))
    tenant.put_table("empty", pa.table({"a": pa.array([], pa.int32())}))
    tenant.run()
    assert [rows for rows in asked if rows][:4] == [(0, 60), (0, 60), (0, 7), (7, 14)]
    assert [(table.table, table.rows) for table in tenant.receipt().header.tables] == [("empty", 0), ("photo", 100)]


@pytest.mark.parametrize(
    "error",
    [
        duckdb.OutOfMemoryException(),
        duckdb.FatalException(
            "the autocheckpoint failed: failed to pin block of size 492.0 KiB (1.2 GiB/1.2 GiB used)"
        ),
        duckdb.TransactionException("Failed to commit: failed to pin block of size 9.5 MiB (114.4 MiB/122.0 MiB used)"),
        duckdb.IOException("Checkpoint failed: could not allocate block of size 9.5 MiB (115.0 MiB/122.0 MiB used)"),
    ],
)
def test_an_import_that_runs_out_of_memory_says_which_setting_to_raise(tenant, monkeypatch, error):
    def exhausted(*_):
        raise error

    monkeypatch.setattr(fingerprint, "_measure", exhausted)
    tenant.put_table("t", pa.table({"a": [1]}))
    with pytest.raises(OnlineRefusedError) as refused:
        tenant.run()
    assert refused.value.code == "import-out-of-memory"
    assert "tenant.importing.memory_limit" in refused.value.remedy
    monkeypatch.undo()
    tenant.run()
    assert tenant.query("SELECT * FROM t") == [(1,)]
