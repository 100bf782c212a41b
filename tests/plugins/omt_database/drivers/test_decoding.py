from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_database.drivers.decoding import UTF_8, UTF_16_LE, Repaired, text_of_bytes, text_of_utf_8, text_of_utf_16_le


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Act\xed\xa0\xbd", "Act\ufffd"),
        (b"\xed\xb8\x80x", "\ufffdx"),
        (b"a\xed\xa0\xbd\xed\xb8\x80b", "a\U0001f600b"),
        (b"Bj\xf8rn", "Bj\ufffdrn"),
        (b"\x80 \xed\xa0\xbd", "\ufffd \ufffd"),
        (b"\xf0\x9f\x98", "\ufffd"),
    ],
)
def test_each_broken_character_is_replaced_once(raw, text):
    assert text_of_utf_8(raw) == text


def test_text_that_was_repaired_says_so():
    assert isinstance(text_of_utf_8(b"\xff"), Repaired)
    assert isinstance(text_of_utf_16_le(b"\x3d\xd8"), Repaired)
    assert text_of_utf_16_le(b"\x3d\xd8A\0") == "\ufffdA"


@given(st.text())
def test_what_is_text_stays_what_it_is(text):
    assert text_of_utf_8(text.encode()) == codecs.decode(text.encode(), UTF_8) == text
    assert text_of_utf_16_le(text.encode("utf-16-le")) == codecs.decode(text.encode("utf-16-le"), UTF_16_LE) == text
    assert type(text_of_utf_8(text.encode())) is str


@given(st.binary())
def test_whatever_comes_becomes_unicode(raw):
    assert text_of_utf_8(raw).encode().decode() == text_of_utf_8(raw)
    assert text_of_utf_16_le(raw).encode().decode() == text_of_utf_16_le(raw)


def test_bytes_come_as_they_are_or_in_sqls_notation():
    assert text_of_bytes(b"\xc3\xa5\0") == text_of_bytes("X'C3A500'") == "\xe5\0"
