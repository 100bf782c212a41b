from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from omt_core.api.online import ManifestEntry
from omt_tenant.importing import VerificationFailedError
from omt_tenant.importing.verification import DETAILS_TOLD


def codes(tenant, migration=None):
    with pytest.raises(VerificationFailedError) as refused:
        tenant.run()
    assert refused.value.code == "verification-failed"
    return [(detail.code, detail.subject) for detail in refused.value.details]


def test_every_content_that_is_not_stored_is_named(tenant):
    tenant.put_file("documents", "1", b"a")
    tenant.put_file("documents", "2", b"b")
    tenant.put_file("templates", "3", b"c")
    for key, stage in (("2", "documents"), ("3", "templates")):
        (tenant.root / "contents" / tenant.entries[stage][key].digest).unlink()
    assert codes(tenant) == [("content-missing", "documents/2"), ("content-missing", "templates/3")]


def test_a_content_of_another_size_is_not_the_one(tenant):
    tenant.put_file("documents", "1", b"a")
    tenant.put(replace(tenant.entries["documents"]["1"], size=2))
    assert codes(tenant) == [("content-missing", "documents/1")]


def test_of_very_many_reasons_the_first_are_told_and_all_are_counted(tenant):
    for number in range(DETAILS_TOLD + 5):
        tenant.put(ManifestEntry(stage="documents", key=f"{number:06}", name="x", size=1, digest=f"{number:064x}"))
    with pytest.raises(VerificationFailedError, match=f"{DETAILS_TOLD + 5:,}") as refused:
        tenant.run()
    assert len(refused.value.details) == DETAILS_TOLD
    assert refused.value.details[0].subject == "documents/000000"


@pytest.mark.parametrize(
    "changed",
    [{"number": 2}, {"last": False}],
    ids=["numbering does not begin at 1", "no part is the last"],
)
def test_a_table_whose_parts_are_not_all_there_is_refused(tenant, changed):
    tenant.put_table("t", pa.table({"a": [1]}), **changed)
    assert codes(tenant) == [("table-incomplete", "t")]


def test_a_part_in_the_middle_must_be_there(tenant):
    tenant.put_table("t", *[pa.table({"a": [1]})] * 3)
    del tenant.entries["database"]["t/000002"]
    assert codes(tenant) == [("table-incomplete", "t")]


def test_parts_beyond_the_last_are_refused(tenant):
    tenant.put_table("t", *[pa.table({"a": [1]})] * 2, last=True)
    assert codes(tenant) == [("table-incomplete", "t")]


def test_a_part_that_was_left_behind_is_no_table(tenant):
    tenant.put_table("t", pa.table({"a": [1]}))
    tenant.put(replace(tenant.entries["database"]["t/000001"], digest=None, size=0, reason="unreadable"))
    assert ("table-incomplete", "database/t/000001") in codes(tenant)


def test_a_part_of_a_table_in_another_stage_is_refused(tenant):
    tenant.put_table("t", pa.table({"a": [1]}))
    tenant.entries["documents"] = {
        key: replace(entry, stage="documents") for key, entry in tenant.entries.pop("database").items()
    }
    assert ("manifest-malformed", "documents/t/000001") in codes(tenant)


def test_a_file_among_the_tables_is_refused(tenant):
    tenant.put_file("database", "x", b"x")
    assert codes(tenant) == [("manifest-malformed", "database/x")]


def test_a_line_of_another_stage_is_refused(tenant):
    tenant.put_file("documents", "1", b"a")
    tenant.entries["documents"]["1"] = replace(tenant.entries["documents"]["1"], stage="templates")
    assert codes(tenant) == [("manifest-malformed", "templates/1")]


def test_a_manifest_that_changed_since_it_was_committed_is_refused(tenant, monkeypatch):
    tenant.put_file("documents", "1", b"a")
    original = tenant.migration

    def tampered(*, keep_database=False):
        migration = original(keep_database=keep_database)
        path = migration.stages[0].manifest
        path.write_bytes(path.read_bytes().replace(b'"name":"1"', b'"name":"2"'))
        return migration

    monkeypatch.setattr(tenant, "migration", tampered)
    assert codes(tenant) == [("manifest-differs", "documents")]


def test_lines_out_of_order_and_lines_twice_are_refused(tenant, monkeypatch):
    for key in ("1", "2"):
        tenant.put_file("documents", key, b"a")
    original = tenant.migration

    def shuffled(*, keep_database=False):
        migration = original(keep_database=keep_database)
        path = migration.stages[0].manifest
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([lines[1], lines[0], lines[0]]))
        return migration

    monkeypatch.setattr(tenant, "migration", shuffled)
    assert codes(tenant)[:2] == [("manifest-malformed", "documents/1")] * 2
