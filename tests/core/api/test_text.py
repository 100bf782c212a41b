"""Text for people is one clear line, and text by people is understood in the encodings that programs write."""

from __future__ import annotations

import codecs
import json
import locale
import logging
import time
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omt_core.api import FindingCode, Severity, byte_size, duration, listing, one_line, spreadsheet_cell
from omt_core.api.errors import InputError
from omt_core.api.text import command_line, decode_text, local_time, quantity, text_of_cell

ANYTHING = st.text(st.characters(codec=None))


@given(ANYTHING)
@example("\U000e0001\u2029\x85")
def test_a_line_can_be_encoded_and_hides_nothing(text: str) -> None:
    line = one_line(text)
    line.encode("utf-8")
    assert len(line.splitlines()) <= 1
    assert not set(line) & set("\n\r\t\x00\x1b\x85\u2028\u202e\u2066\ufeff")


@given(ANYTHING)
def test_a_line_of_json_stays_what_it_was(text: str) -> None:
    assert json.loads(one_line(json.dumps(text, ensure_ascii=False))) == json.loads(json.dumps(text))


def test_words_of_people_stay_as_they_are() -> None:
    for text in ("Åse Ørn", "\u05e9\u05dc\u05d5\u05dd", "नमस्ते", "👩\u200d🚒", "a\u00a0b", "Ünïcode — “quoted”"):
        assert one_line(text) == text


@pytest.mark.posix("Windows takes its zone from the system alone")
def test_a_time_is_told_by_the_clock_of_the_machine_with_its_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CET-1")
    time.tzset()
    try:
        assert local_time(datetime(2026, 11, 27, 23, 30, tzinfo=UTC)) == "2026-11-28 00:30 +0100"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_finding_is_one_line_whatever_names_went_into_it() -> None:
    code = FindingCode(code="odd", severity=Severity.INFO, plugin="p", meaning="m", remedy="r")
    finding = code.finding("linje\r\nskift.docx is missing.", ("linje\r\nskift.docx",))
    assert finding.message == r"linje\r\nskift.docx is missing."
    assert finding.subjects == ("linje\r\nskift.docx",)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1024, "1.0 KB"),
        (40_038, "39.1 KB"),
        (16_672_358, "15.9 MB"),
        (5 << 30, "5.0 GB"),
        (2**50 * 5000, "5,000.0 PB"),
    ],
)
def test_a_size_has_one_decimal(size: int, text: str) -> None:
    assert byte_size(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "00:00:00"), (59.6, "00:01:00"), (3_661, "01:01:01"), (-5, "00:00:00")]
)
def test_a_duration_is_hours_minutes_and_seconds(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_of_many_words_a_few_are_named() -> None:
    assert listing(["a", "b"], 2) == "a, b"
    assert listing([str(number) for number in range(2_000)], 2, "; ") == "0; 1 and 1,998 more"
    assert listing([]) == ""


@given(ANYTHING)
def test_no_cell_begins_like_a_formula_and_its_text_comes_back(text: str) -> None:
    assert not spreadsheet_cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert text_of_cell(spreadsheet_cell(text)) == text


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
    assert set(caplog.messages) == {f"The file it is not in UTF-8: it was read as {said}."}  # pytest may hear it twice


@pytest.mark.parametrize("content", [b"\xff\xfeA", b"\xef\xbb\xbf\xff", b"\x81\x8d", b"A\0\0\xd8"])
def test_what_is_no_text_is_refused_by_its_place_and_the_encodings(content: bytes) -> None:
    with pytest.raises(InputError, match=r"The file it is no text in UTF-8, UTF-16 or Windows-1252") as caught:
        decode_text(content, "The file it")
    assert caught.value.code == "text-not-readable"


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [(1, ("file",), "1 file"), (0, ("file",), "0 files"), (1_200, ("address", "addresses"), "1,200 addresses")],
)
def test_a_number_has_the_noun_that_goes_with_it(number: int, words: tuple[str, ...], said: str) -> None:
    assert quantity(number, *words) == said


@pytest.mark.parametrize(
    ("word", "elsewhere", "on_windows"),
    [
        ("receipt.json", "receipt.json", "receipt.json"),
        ("/srv/zoë/receipt.json", "'/srv/zoë/receipt.json'", "/srv/zoë/receipt.json"),
        ("a b", "'a b'", '"a b"'),
        (r"C:\Users\Zoë\r.json", r"'C:\Users\Zoë\r.json'", r"C:\Users\Zoë\r.json"),
        (r"D:\R&D", r"'D:\R&D'", r'"D:\R&D"'),
        ("D:\\a b\\", "'D:\\a b\\'", '"D:\\a b\\\\"'),
        ("", "''", '""'),
    ],
)
def test_a_command_that_is_shown_can_be_typed_as_it_stands(word: str, elsewhere: str, on_windows: str) -> None:
    assert command_line("omt", "verify", word, windows=False) == f"omt verify {elsewhere}"
    assert command_line("omt", "verify", word, windows=True) == f"omt verify {on_windows}"
