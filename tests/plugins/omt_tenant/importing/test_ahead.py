"""What is imported before its stage is committed is a head start, and never more than that."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest

from omt_tenant.importing import AheadImport, PartToImport, VerificationFailedError
from omt_tenant.importing.tables import TableImporter

ROWS = [pa.table({"a": range(start, start + 10), "b": [f"row {start}"] * 10}) for start in (0, 10, 20)]


def told(tenant, *keys):
    """The parts as a client tells of them."""
    parts = []
    for key in keys or tenant.entries["database"]:
        entry = tenant.entries["database"][key]
        described = entry.part
        parts.append(
            (
                described.table,
                PartToImport(
                    key=key,
                    digest=entry.digest,
                    size=entry.size,
                    number=described.number,
                    rows=described.rows,
                    fingerprint=int(described.fingerprint, 16),
                    last=described.last,
                ),
            )
        )
    return parts


def ahead_of(tenant):
    return AheadImport(tenant.root / "databases", tenant.contents, tenant.settings)


def go_on():
    return False


def noted(tenant):
    with duckdb.connect(str(tenant.root / "databases" / "ahead.building" / "crm.duckdb"), read_only=True) as connection:
        parts = connection.execute('SELECT "table", number FROM omt.parts ORDER BY ALL').fetchall()
        return parts, connection.execute('SELECT "table" FROM omt.tables ORDER BY ALL').fetchall()


@pytest.fixture
def fetched(monkeypatch):
    """The parts that an import reads."""
    keys, original = [], TableImporter._fetch
    monkeypatch.setattr(TableImporter, "_fetch", lambda self, part: keys.append(part.key) or original(self, part))
    return keys


def test_what_comes_before_all_is_there_is_imported_on_one_thread_and_the_rest_on_all(tenant, monkeypatch):
    threads, original = {}, TableImporter._fetch

    def fetch(self, part):
        (threads[part.key],) = self._connection.execute("SELECT current_setting('threads')").fetchone()
        original(self, part)

    monkeypatch.setattr(TableImporter, "_fetch", fetch)
    tenant.put_table("t", *ROWS)
    ahead_of(tenant).take(told(tenant, "t/000001"), go_on)
    tenant.run()
    assert threads == {"t/000001": 1, "t/000002": 2, "t/000003": 2}


def test_a_completion_imports_only_what_was_not_imported_ahead(tenant, fetched):
    tenant.put_table("t", *ROWS)
    tenant.put_table("u", ROWS[0])
    ahead_of(tenant).take(told(tenant, "t/000001", "t/000002", "u/000001"), go_on)
    assert noted(tenant) == ([("t", 1), ("t", 2), ("u", 1)], [("u",)])
    fetched.clear()
    tenant.run()
    assert fetched == ["t/000003"]
    assert tenant.query("SELECT a FROM t ORDER BY a") == [(number,) for number in range(30)]
    assert [path.suffix for path in sorted((tenant.root / "databases").iterdir())] == [".duckdb", ".sha256"]


def test_parts_are_imported_in_their_order_once_those_before_them_are_there(tenant, fetched):
    tenant.put_table("t", *ROWS)
    ahead = ahead_of(tenant)
    ahead.take(told(tenant, "t/000002"), go_on)
    assert fetched == []
    ahead.take(told(tenant, "t/000001"), go_on)
    assert fetched == ["t/000001", "t/000002"]


def test_a_part_that_is_not_stored_yet_is_not_waited_for(tenant, fetched):
    tenant.put_table("t", ROWS[0])
    (tenant.root / "contents" / tenant.entries["database"]["t/000001"].digest).unlink()
    ahead_of(tenant).take(told(tenant), go_on)
    assert fetched == []


def test_a_table_whose_committed_parts_are_others_is_imported_anew(tenant, fetched):
    tenant.put_table("t", *ROWS)
    tenant.put_table("gone", ROWS[0])
    ahead_of(tenant).take(told(tenant), go_on)
    del tenant.entries["database"]["gone/000001"]
    tenant.put_table("t", ROWS[0], ROWS[2], ROWS[1])
    fetched.clear()
    tenant.run()
    assert fetched == ["t/000001", "t/000002", "t/000003"]
    assert tenant.query("SELECT DISTINCT b FROM t WHERE rowid BETWEEN 10 AND 19") == [("row 20",)]
    assert tenant.query('SELECT "table" FROM omt.tables') == [("t",)]


@pytest.mark.parametrize("parts", [ROWS[:2], [*ROWS, ROWS[0]]])
def test_a_table_that_was_whole_with_fewer_or_more_parts_is_imported_anew(tenant, fetched, parts):
    tenant.put_table("t", *ROWS)
    ahead_of(tenant).take(told(tenant), go_on)
    tenant.entries["database"].clear()
    tenant.put_table("t", *parts)
    tenant.run()
    assert tenant.query("SELECT count(*) FROM t") == [(10 * len(parts),)]
    assert tenant.receipt().header.tables[0].rows == 10 * len(parts)


def test_a_part_that_was_told_of_with_another_promise_is_refused_when_it_is_committed(tenant):
    tenant.put_table("t", *ROWS)
    ahead_of(tenant).take(told(tenant), go_on)
    entry = tenant.entries["database"]["t/000002"]
    tenant.put(replace(entry, part=replace(entry.part, fingerprint="0" * 32)))
    with pytest.raises(VerificationFailedError) as refused:
        tenant.run()
    assert [(detail.code, detail.subject) for detail in refused.value.details] == [("fingerprint-differs", "t, part 2")]


def test_what_is_told_of_again_and_has_changed_takes_the_place_of_what_was(tenant, fetched):
    tenant.put_table("t", *ROWS)
    ahead = ahead_of(tenant)
    ahead.take(told(tenant), go_on)
    tenant.put_table("t", ROWS[1], ROWS[0])
    ahead.take(told(tenant, "t/000001", "t/000002"), go_on)
    ahead.close()
    assert noted(tenant) == ([("t", 1), ("t", 2)], [("t",)])
    fetched.clear()
    del tenant.entries["database"]["t/000003"]
    tenant.run()
    assert fetched == []
    assert tenant.query("SELECT b FROM t LIMIT 1") == [("row 10",)]


def test_a_wrong_promise_ends_it_and_leaves_the_refusal_to_the_completion(tenant):
    tenant.put_table("t", *ROWS, fingerprint="0" * 32)
    ahead = ahead_of(tenant)
    with pytest.raises(VerificationFailedError):
        ahead.take(told(tenant), go_on)
    ahead.forget()
    assert list((tenant.root / "databases").iterdir()) == []
    with pytest.raises(VerificationFailedError) as refused:
        tenant.run()
    assert [detail.subject for detail in refused.value.details] == ["t, part 1", "t, part 2", "t, part 3"]


def test_it_stops_between_two_parts_and_the_completion_goes_on(tenant, fetched):
    tenant.put_table("t", *ROWS)
    ahead_of(tenant).take(told(tenant), lambda: len(fetched) == 2)
    assert fetched == ["t/000001", "t/000002"]
    tenant.run()
    assert fetched == ["t/000001", "t/000002", "t/000003"]


@pytest.mark.parametrize("step", ["_append", "_measured", "_note", "_finish"])
@pytest.mark.parametrize("before", [True, False])
def test_a_cut_around_any_step_ends_in_the_state_of_an_undisturbed_import(tenant, tmp_path, monkeypatch, step, before):
    tenant.put_crm()
    tenant.put_table("t", *ROWS)
    original = getattr(TableImporter, step)

    class CutError(BaseException):
        pass

    def cut(*arguments):
        if not before:
            original(*arguments)
        raise CutError

    monkeypatch.setattr(TableImporter, step, cut)
    with pytest.raises(CutError):
        ahead_of(tenant).take(told(tenant), go_on)
    monkeypatch.undo()
    tenant.run()
    undisturbed = type(tenant)(tmp_path / "undisturbed")
    undisturbed.put_crm()
    undisturbed.put_table("t", *ROWS)
    undisturbed.run()
    assert tenant.receipt().header.tables == undisturbed.receipt().header.tables
    for name in ("ASSOCIATE", "Email", "t", "omt.tables", "omt.parts"):
        assert tenant.query(f"SELECT * FROM {name} ORDER BY ALL") == undisturbed.query(
            f"SELECT * FROM {name} ORDER BY ALL"
        )


def test_a_table_with_a_column_called_rowid_is_verified_as_a_whole(tenant, fetched):
    parts = [part.append_column("rowid", pa.array([7] * 10)) for part in ROWS]
    tenant.put_table("t", *parts)
    ahead_of(tenant).take(told(tenant, "t/000001", "t/000002"), go_on)
    entry = tenant.entries["database"]["t/000003"]
    tenant.put(replace(entry, part=replace(entry.part, fingerprint="0" * 32)))
    with pytest.raises(VerificationFailedError) as refused:
        tenant.run()
    assert [detail.subject for detail in refused.value.details] == ["t"]
    tenant.put(entry)
    tenant.run()
    assert tenant.query("SELECT count(*) FROM t") == [(30,)]
