"""The formats, held against the suite's own checks, which were written from docs/reference/receipt.md alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from omt_core.api import InputError, ManifestEntry, OnlineNotNamedError, OnlineRefusedError, TablePart
from omt_core.testing.receipt_check import check_receipt

from omt_object_store.address import StoreAddress, store_address
from omt_object_store.manifest_lines import parse_line
from omt_object_store.receipt import Totals, is_signed_by, signed_receipt
from omt_object_store.signing_key import make_key, public_key_of, read_key

LINE = b'{"stage":"documents","key":"1","name":"\xc3\x86/1.docx","size":3,"digest":"' + b"ab" * 32 + b'"}'
PART = (
    b'{"stage":"database","key":"t/1","name":"t/1.parquet","size":3,"digest":"'
    + b"cd" * 32
    + (
        b'","part":{"table":"t","number":1,"rows":2,"fingerprint":"'
        + b"0f" * 16
        + b'","last":true,"omitted_columns":[]}}'
    )
)


def test_a_receipt_of_any_number_of_lines_can_be_checked(tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    key = read_key(tmp_path / "key")
    public = (tmp_path / "key.pub").read_text().strip()
    assert public == public_key_of(key)
    for count in (0, 1, 2, 3, 7, 8, 9):
        lines = [PART, *(LINE.replace(b'"key":"1"', b'"key":"%03d"' % number) for number in range(count))]
        totals = Totals()
        for number, line in enumerate(lines, start=1):
            totals.add(line, parse_line(line, number))
        totals.finish()
        rest = dict.fromkeys(
            ("format", "tenant", "migration", "kind", "owner", "serial", "completed_at", "snapshot", "changes",
             "changed_tables", "omitted", "plugins", "waivers"), "\ud800 Æ",
        )  # fmt: skip
        receipt = signed_receipt({**rest, **totals.header(), "public_key": public}, key)
        check_receipt(receipt, b"".join(line + b"\n" for line in lines), public)
        assert is_signed_by(receipt, public)
        assert not is_signed_by(receipt + b" ", public)
        assert not is_signed_by(receipt.replace(b"\\ud800", b"\\ud801"), public)
        assert not is_signed_by(receipt, "ab" * 32)


def test_lines_are_read_as_they_are_written() -> None:
    assert parse_line(LINE, 1) == ManifestEntry(stage="documents", key="1", name="Æ/1.docx", size=3, digest="ab" * 32)
    assert parse_line(PART, 1).part == TablePart(table="t", number=1, rows=2, fingerprint="0f" * 16, last=True)
    assert parse_line(LINE.replace(b"1.docx", b"\\ud83e"), 1).name == "Æ/\ud83e"


@pytest.mark.parametrize(
    "line",
    [
        b"", b"[]", b"nonsense", b"\xff", b"[" * 100_000, LINE + b" ", LINE.replace(b'"size":3', b'"size":3.0'),
        LINE.replace(b'"size":3', b'"size":"3"'), LINE.replace(b'"size":3', b'"size":-3'),
        LINE.replace(b'"size":3', b'"size":true'), LINE.replace(b"abab", b"ABab", 1),
        LINE.replace(b'"' + b"ab" * 32 + b'"', b"null"), LINE.replace(b"}", b',"reason":"x"}'),
        LINE.replace(b"}", b',"reason":""}'), PART.replace(b'"database"', b'"documents"'),
        PART.replace(b'"last":true', b'"last":1'), LINE.replace(b"\xc3\x86", b"\\u00c6"),
        LINE.replace(b"\xc3\x86", b"\\ud83e\\udded"),
    ],
)  # fmt: skip
def test_a_line_that_is_spelt_in_any_other_way_is_refused(line: bytes) -> None:
    with pytest.raises(OnlineRefusedError) as caught:
        parse_line(line, 1)
    assert caught.value.code == "manifest-malformed"


@pytest.mark.parametrize(
    "parts",
    [(PART, PART), (PART.replace(b'"number":1', b'"number":2'),), (PART.replace(b'"last":true', b'"last":false'),)],
    ids=["one after the last", "none before", "no last one"],
)
def test_the_parts_of_a_table_must_be_all_there(parts: tuple[bytes, ...]) -> None:
    totals = Totals()

    def add_all() -> None:
        for line in parts:
            totals.add(line, parse_line(line, 1))
        totals.finish()

    with pytest.raises(OnlineRefusedError):
        add_all()


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    with pytest.raises(InputError):
        make_key(tmp_path / "key")
    with pytest.raises(InputError):
        read_key(tmp_path / "key.pub")


def test_addresses_are_read() -> None:
    assert store_address("s3://bucket/a/b/") == StoreAddress(kind="s3", container="bucket", prefix="a/b")
    assert store_address("az://container").name == "az://container"
    assert store_address("file:///srv/a%20b").folder == Path("/srv/a b")


@pytest.mark.parametrize(
    "text",
    [
        "bucket/a", "ftp://x/y", "s3://", "s3://key:secret@bucket/a", "s3://bucket/a?sig=x", "s3://bucket/a#x",
        "s3://bucket/../a", "s3://bucket/a//b", "file://host/share", "file:relative", "s3://[", "s3://bucket:80/a",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InputError) as caught:
        store_address(text)
    assert not isinstance(caught.value, OnlineNotNamedError)
    assert "secret" not in caught.value.message
