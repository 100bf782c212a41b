from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omt_core.api.errors import InputError
from omt_online.findings import CODES

OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def test_a_receipt_beside_its_manifest_and_the_pinned_key_is_verified(signed, verify):
    signed.key_file()
    code, context = verify(signed.receipt)
    assert code == 0
    assert "pinned at first contact" in context.text
    assert "NOTICE" not in context.text
    assert context.results == [{"exit_code": 0}]


def test_without_a_key_the_notice_says_what_was_not_shown(signed, verify):
    code, context = verify(signed.receipt)
    assert code == 0
    assert "NOTICE" in context.text
    assert "not who signed it" in context.text


def test_the_key_that_is_given_wins_over_the_pinned_one(signed, verify):
    signed.key_file(key=OTHER)
    assert verify(signed.receipt)[0] == 1
    assert verify(signed.receipt, "--key", signed.key_file("right.key"))[0] == 0


def test_a_receipt_of_another_key_is_a_mismatch_with_both_keys(signed, verify):
    code, context = verify(signed.receipt, "--key", signed.key_file("other.key", OTHER))
    assert code == 1
    assert "header.public_key" in context.text
    (finding,) = context.results[0]["findings"]
    assert finding["code"] == "receipt-mismatch"


def test_a_receipt_that_was_completed_when_no_calendar_says_is_a_mismatch(signed, verify):
    content = signed.receipt.read_bytes()
    for moment in (b"2026-13-45T99:99:99Z", b"0001-01-01T00:00:00Z"):
        signed.receipt.write_bytes(content.replace(b"2026-01-02T03:04:05Z", moment))
        code, context = verify(signed.receipt)
        assert code == 1
        assert "header.completed_at" in context.text


@pytest.mark.parametrize("change", [str.upper, str.rstrip, lambda text: f" {text}", lambda text: text[1:]])
def test_a_pinned_key_that_is_not_as_it_was_written_is_named(signed, verify, change):
    path = signed.key_file()
    path.write_text(change(path.read_text()))
    code, context = verify(signed.receipt)
    assert code == 1
    assert context.results[0]["findings"][0]["subjects"] == ("tenant.key",)


def test_a_key_may_be_given_with_the_line_end_of_any_editor(signed, verify):
    path = signed.key_file("given.key")
    for end in ("", "\n", "\r\n"):
        path.write_bytes(path.read_bytes().strip() + end.encode())
        assert verify(signed.receipt, "--key", path)[0] == 0


@pytest.mark.parametrize("text", ["", "xyz", "ab" * 31, "ab" * 33, "AB" * 32])
def test_a_key_file_that_holds_no_key_is_an_input_error(signed, verify, text):
    path = signed.root / "bad.key"
    path.write_text(text)
    with pytest.raises(InputError, match=r"bad\.key"):
        verify(signed.receipt, "--key", path)


def test_files_that_are_not_there_are_input_errors(signed, verify):
    with pytest.raises(InputError, match=r"no-receipt\.json"):
        verify(signed.root / "no-receipt.json")
    with pytest.raises(InputError, match="no-archive"):
        verify(signed.receipt, "--archive", signed.root / "no-archive")
    signed.manifest.unlink()
    with pytest.raises(InputError, match=r"manifest\.jsonl"):
        verify(signed.receipt)


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flip_of_any_byte_of_receipt_or_manifest_is_named(signed, verify, data):
    signed.key_file()
    path = data.draw(st.sampled_from([signed.receipt, signed.manifest]))
    before = path.read_bytes()
    content = bytearray(before)
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        code, context = verify(signed.receipt)
    finally:
        path.write_bytes(before)
    assert code == 1
    assert "MISMATCH" in context.text
    assert context.results[0]["findings"]


def test_every_code_that_is_reported_is_in_the_catalogue(signed, verify):
    signed.archive.joinpath("HH/2019.1/Offer.docx").write_bytes(b"X")
    _, context = verify(signed.receipt, "--archive", signed.archive)
    assert {finding["code"] for finding in context.results[0]["findings"]} <= {code.code for code in CODES}
