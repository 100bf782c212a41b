"""A sentence is English text that remembers how it was made, whatever happens to it on its way to a person."""

from __future__ import annotations

import copy
import json
import pickle
from enum import StrEnum
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api import FindingCode, Sentence, Severity, joined, listing, one_line, plural, quantity, sentence
from omt_core.api.redaction import Secrets
from omt_core.api.sentence import changed, placeholders


class Colour(StrEnum):
    RED = "red"


def test_a_sentence_is_its_english_text_and_remembers_its_template() -> None:
    said = sentence("{user} has {size:,} bytes in {folder}.", user="Åse", size=1_200, folder=PurePosixPath("a/b"))
    assert said == "Åse has 1,200 bytes in a/b."
    assert json.dumps([said]) == json.dumps(["Åse has 1,200 bytes in a/b."])
    assert said.template == "{user} has {size:,} bytes in {folder}."
    assert said.parameters == {"user": "Åse", "size": 1_200, "folder": "a/b"}


@given(st.text(), st.text())
def test_a_value_stays_as_it_is_whatever_braces_are_in_it(one: str, other: str) -> None:
    assert sentence("<{one}|{other}>", one=one, other=other) == f"<{one}|{other}>"


def test_braces_that_are_no_place_stay_as_they_are() -> None:
    text = 'Write waive = [{ code = "x" }], or {nothing} {}.'
    assert sentence(text) == text


def test_a_value_that_its_format_is_not_for_is_said_without_it() -> None:
    assert sentence("{size:,} bytes", size="many") == "many bytes"


def test_a_value_becomes_text_as_in_an_f_string_and_a_row_is_named_by_commas() -> None:
    assert sentence("{colour}, {error}", colour=Colour.RED, error=OSError("gone")) == "red, gone"
    assert sentence("{names}", names=["a", "b"]) == "a, b"


def test_a_number_chooses_between_two_sentences() -> None:
    one, many = "{number:,} user of {plan} waits.", "{number:,} users of {plan} wait."
    assert plural(1, one, many, plan="Sales").template == one
    assert plural(1_000, one, many, plan="Sales") == "1,000 users of Sales wait."
    assert quantity(2, "address", "addresses").template == "{number:,} addresses"


def test_sentences_in_a_row_stay_sentences() -> None:
    row = joined([quantity(1, "file"), "b"], "; ")
    assert isinstance(row, Sentence)
    assert row == "1 file; b"
    assert row.parameters == {"part1": quantity(1, "file"), "part2": "b"}
    assert isinstance(row.parameters["part1"], Sentence)
    assert not isinstance(joined(["a", "b"]), Sentence)


def test_a_listing_that_leaves_names_out_says_how_many_in_a_sentence() -> None:
    said = listing(["{a}", "b", "c"], 2)
    assert isinstance(said, Sentence)
    assert said == "{a}, b and 1 more"


def test_one_line_and_redaction_keep_a_sentence() -> None:
    secrets = Secrets()
    secrets.add("hunter2")
    said = sentence("{who} said {what}.", who="a\nb", what=sentence("no: {why}", why="hunter2"))
    shown = secrets.hide(one_line(said))
    assert shown == r"a\nb said no: ***."
    assert isinstance(shown, Sentence)
    assert isinstance(shown.parameters["what"], Sentence)
    assert "hunter2" not in repr(dict(shown.parameters))


def test_a_secret_that_only_the_whole_has_is_hidden_and_no_part_is_kept() -> None:
    secrets = Secrets()
    secrets.add("pass word")
    shown = secrets.hide(sentence("{one} {other}", one="pass", other="word"))
    assert shown == "***"
    assert not isinstance(shown, Sentence)


@given(st.text(), st.text(), st.sampled_from([str.upper, str.title, one_line, lambda text: text[:3]]))
def test_a_change_says_what_it_would_of_plain_text(one: str, other: str, change: object) -> None:
    assert callable(change)
    said = sentence("a {one} b {other}", one=one, other=other)
    assert changed(said, change) == change(f"a {one} b {other}")


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, lambda said: pickle.loads(pickle.dumps(said))])
def test_a_copy_is_a_sentence_too(copied: object) -> None:
    assert callable(copied)
    said = copied(sentence("{a} of {b:,}", a=sentence("none"), b=2))
    assert (said, said.template, dict(said.parameters)) == ("none of 2", "{a} of {b:,}", {"a": "none", "b": 2})


def test_the_places_of_a_template_are_told_with_their_formats() -> None:
    assert placeholders("{b} {a:,} {b} {} {c d}") == ("{a:,}", "{b}", "{b}")
    assert sentence(str(Path("x"))).parameters == {}


def test_a_finding_keeps_the_sentences_that_it_is_said_in() -> None:
    code = FindingCode(code="odd", severity=Severity.INFO, plugin="p", meaning="Odd.", remedy="Mend it.")
    finding = code.finding(sentence("{name} is odd.", name="a\nb"))
    assert isinstance(finding.message, Sentence)
    assert (finding.message, finding.message.template) == (r"a\nb is odd.", "{name} is odd.")
    assert isinstance(finding.remedy, Sentence)
    assert isinstance(code.meaning, Sentence)
