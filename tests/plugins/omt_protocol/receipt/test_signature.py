from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from omt_protocol.receipt import (
    Changes,
    FileTotals,
    ManifestSummary,
    ReceiptFormatError,
    ReceiptHeader,
    TableTotals,
    check_signature,
    parse_receipt,
    public_key_of,
    sign,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
HEADER = ReceiptHeader(
    tenant="Cust12345",
    migration="m-1",
    kind="live",
    owner="Firma Åse 𝄞",
    serial="1",
    completed_at="2026-01-02T03:04:05Z",
    snapshot="s",
    manifest=ManifestSummary(digest="a" * 64, entries=2, root="b" * 64),
    files=FileTotals(verified=1, bytes=2, left_behind=1),
    tables=(TableTotals(table="person", rows=1, fingerprint="c" * 32),),
    changes=Changes(users=1),
    changed_tables=(),
    omitted=("credentials.secret",),
    plugins={"z": "1", "a": "2"},
    waivers=(),
    public_key=public_key_of(KEY),
)
RECEIPT = sign(HEADER, KEY)
CONTENT = RECEIPT.to_bytes()


def test_a_receipt_is_read_back_and_believed():
    assert parse_receipt(CONTENT) == RECEIPT
    assert list(check_signature(RECEIPT, public_key_of(KEY))) == []


def test_the_file_is_the_canonical_form_and_nothing_else():
    record = json.loads(CONTENT)
    assert json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() == CONTENT
    assert list(record) == ["header", "signature"]


@given(position=st.integers(0, len(CONTENT) - 1), flip=st.integers(1, 255))
@settings(max_examples=400)
def test_no_flip_of_any_byte_is_believed(position, flip):
    content = bytearray(CONTENT)
    content[position] ^= flip
    try:
        receipt = parse_receipt(bytes(content))
    except ReceiptFormatError:
        return
    assert list(check_signature(receipt, public_key_of(KEY)))


@pytest.mark.parametrize("change", [b"\n", b" ", b"\0"])
def test_bytes_around_the_receipt_are_refused(change):
    for content in (CONTENT + change, change + CONTENT):
        with pytest.raises(ReceiptFormatError):
            parse_receipt(content)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"rows":1', b'"rows":"1"'),
        (b'"rows":1', b'"rows":1.0'),
        (b'"rows":1', b'"rows": 1'),
        (b'"rows":1', b'"rows":1,"rows":1'),
        (b'"waivers":[]', b'"waivers":[],"zzz":1'),
        ("Å".encode(), b"\\u00c5"),
        (b'{"header":', b'[{"header":'),
        (b'"format":"omt-receipt-1"', b'"format":"omt-receipt-2"'),
    ],
)
def test_another_spelling_of_the_same_meaning_is_refused(before, after):
    assert before in CONTENT
    with pytest.raises(ReceiptFormatError):
        parse_receipt(CONTENT.replace(before, after, 1))


def test_a_signature_in_capitals_is_refused():
    signature = RECEIPT.signature.encode()
    with pytest.raises(ReceiptFormatError, match="signature"):
        parse_receipt(CONTENT.replace(signature, signature.upper()))


def test_another_key_is_named():
    mismatches = list(check_signature(RECEIPT, public_key_of(OTHER)))
    assert [mismatch.field for mismatch in mismatches] == ["header.public_key"]


def test_a_header_that_was_changed_and_signed_by_another_key_is_found_out():
    forged = sign(HEADER.model_copy(update={"owner": "X", "public_key": public_key_of(OTHER)}), OTHER)
    assert list(check_signature(forged, public_key_of(KEY)))


def test_a_key_does_not_sign_for_another():
    with pytest.raises(ValueError, match="another key"):
        sign(HEADER, OTHER)


def test_the_field_that_is_wrong_is_named():
    with pytest.raises(ReceiptFormatError, match=r"header\.files\.verified"):
        parse_receipt(CONTENT.replace(b'"verified":1', b'"verified":-1'))


@pytest.mark.parametrize(
    "moment", ["2026-13-45T99:99:99Z", "2026-02-29T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
)
def test_a_moment_that_not_every_clock_can_say_is_named(moment):
    with pytest.raises(ReceiptFormatError, match=r"header\.completed_at"):
        parse_receipt(CONTENT.replace(b"2026-01-02T03:04:05Z", moment.encode()))
