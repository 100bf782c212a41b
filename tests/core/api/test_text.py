from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from omt_core.api import FindingCode, Severity, one_line

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


def test_a_finding_is_one_line_whatever_names_went_into_it() -> None:
    code = FindingCode(code="odd", severity=Severity.INFO, plugin="p", meaning="m", remedy="r")
    finding = code.finding("linje\r\nskift.docx is missing.", ("linje\r\nskift.docx",))
    assert finding.message == r"linje\r\nskift.docx is missing."
    assert finding.subjects == ("linje\r\nskift.docx",)
