"""Text that people make is understood in the encodings that their programs write."""

from __future__ import annotations

import codecs
import locale
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.errors import InputError
from omt_core.api.text_file import decode_text

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff"))


@given(text=TEXT, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_what_says_its_encoding_is_read_exactly(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding), "it") == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_a_mark(encoding: str) -> None:
    assert decode_text("user = 'Åse'\r\n".encode(encoding), "it") == "user = 'Åse'\r\n"


def test_big_endian_is_known_by_its_mark() -> None:
    assert decode_text(codecs.BOM_UTF16_BE + "Åse".encode("utf-16-be"), "it") == "Åse"


@pytest.mark.parametrize(
    ("own", "encoding", "said"),
    [
        ("UTF-8", "cp1252", "Windows-1252"),
        ("cp1250", "cp1250", "Windows-1250"),
        ("ISO-8859-15", "iso8859-15", "ISO8859-15"),
    ],
)
def test_what_is_no_utf_is_read_by_the_machines_code_page_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, own: str, encoding: str, said: str
) -> None:
    monkeypatch.setattr(locale, "getencoding", lambda: own)
    monkeypatch.setattr(logging.getLogger("omt"), "propagate", True)
    assert decode_text("Zoë".encode(encoding), "The file it") == "Zoë"
    assert caplog.messages == [f"The file it is not in UTF-8: it was read as {said}."]


@pytest.mark.parametrize("content", [b"\xff\xfeA", b"\xef\xbb\xbf\xff", b"\x81\x8d", b"A\0\0\xd8"])
def test_what_is_no_text_is_refused_by_its_place_and_the_encodings(content: bytes) -> None:
    with pytest.raises(InputError, match=r"The file it is no text in UTF-8, UTF-16 or Windows-1252") as caught:
        decode_text(content, "The file it")
    assert caught.value.code == "text-not-readable"
