from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omt_core.api.items import TablePart
from omt_core.api.online import ManifestEntry
from omt_protocol.receipt import Changes, ManifestTotals, ReceiptHeader, check_manifest, manifest_line


def part(table, number, *, last, rows=2):
    described = TablePart(table=table, number=number, rows=rows, fingerprint=f"{number:032x}", last=last)
    return ManifestEntry(
        stage="database", key=f"{table}/{number:06}", name=f"{table}.parquet", size=9, digest="d" * 64, part=described
    )


def file(key, digest="a" * 64, reason=""):
    return ManifestEntry(stage="documents", key=key, name=f"HH/{key}", size=5, digest=digest, reason=reason)


ENTRIES = [
    part("email", 1, last=True),
    part("person", 1, last=False),
    part("person", 2, last=True),
    file("1"),
    file("2", None, "document-file-missing"),
    file("3"),
]


def header_for(entries):
    totals = ManifestTotals()
    for entry in entries:
        totals.add(manifest_line(entry), entry)
    return ReceiptHeader(
        tenant="t",
        migration="m",
        kind="test",
        owner="o",
        serial="s",
        completed_at="2026-01-02T03:04:05Z",
        snapshot="s",
        manifest=totals.manifest(),
        files=totals.files(),
        tables=totals.tables(),
        changes=Changes(),
        changed_tables=(),
        omitted=(),
        plugins={},
        waivers=(),
        public_key="0" * 64,
    )


HEADER = header_for(ENTRIES)
CONTENT = b"".join(manifest_line(entry) + b"\n" for entry in ENTRIES)


def fields(tmp_path, header, entries):
    path = tmp_path / "manifest.jsonl"
    path.write_bytes(b"".join(manifest_line(entry) + b"\n" for entry in entries))
    return {mismatch.field for mismatch in check_manifest(header, path)}


def test_a_manifest_fits_its_own_receipt(tmp_path):
    assert fields(tmp_path, HEADER, ENTRIES) == set()
    assert HEADER.files.model_dump() == {"verified": 2, "bytes": 10, "left_behind": 1}
    assert [(table.table, table.rows, int(table.fingerprint, 16)) for table in HEADER.tables] == [
        ("email", 2, 1),
        ("person", 4, 3),
    ]


def test_no_lines_are_a_manifest_too(tmp_path):
    assert fields(tmp_path, header_for([]), []) == set()


@given(position=st.integers(0, len(CONTENT) - 1), flip=st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_no_flip_of_any_byte_is_believed(tmp_path_factory, position, flip):
    path = tmp_path_factory.mktemp("flip") / "manifest.jsonl"
    content = bytearray(CONTENT)
    content[position] ^= flip
    path.write_bytes(content)
    mismatches = list(check_manifest(HEADER, path))
    assert mismatches
    assert all(mismatch.field for mismatch in mismatches)


@pytest.mark.parametrize("cut", [1, 2, len(CONTENT) // 2, len(CONTENT)])
def test_a_manifest_that_was_cut_is_not_believed(tmp_path, cut):
    path = tmp_path / "manifest.jsonl"
    path.write_bytes(CONTENT[:-cut])
    assert list(check_manifest(HEADER, path))


def test_each_number_that_differs_is_named(tmp_path):
    entries = [*ENTRIES[:3], file("1"), file("2"), file("3")]
    assert fields(tmp_path, HEADER, entries) == {
        "header.manifest.digest",
        "header.manifest.root",
        "header.files.verified",
        "header.files.bytes",
        "header.files.left_behind",
    }


def test_a_table_that_differs_is_named(tmp_path):
    entries = [part("email", 1, last=True, rows=3), *ENTRIES[1:]]
    assert "header.tables[email]" in fields(tmp_path, HEADER, entries)


def test_a_table_that_the_receipt_does_not_know_is_named(tmp_path):
    assert "header.tables[email]" in fields(tmp_path, HEADER, ENTRIES[1:])


@pytest.mark.parametrize(
    ("entries", "field"),
    [
        ([file("2"), file("1")], "key"),
        ([file("1"), file("1")], "key"),
        ([part("t", 2, last=True)], "part.number"),
        ([part("t", 1, last=True), part("t", 2, last=True)], "part.number"),
        ([part("t", 1, last=False)], "part.last"),
        ([replace(part("t", 1, last=True), stage="documents")], "part"),
    ],
    ids=["out of order", "twice", "gap", "behind the last", "no last", "in another stage"],
)
def test_a_manifest_that_breaks_its_own_rules_is_named_even_when_it_was_signed(tmp_path, entries, field):
    assert field in fields(tmp_path, header_for(entries), entries)
