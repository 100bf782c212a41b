"""Names as Windows compares them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_crm.paths import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maße.doc", "MAßE.DOC"),
        ("åse.doc", "ÅSE.DOC"),
        ("ÿ", "Ÿ"),
        ("οδος", "ΟΔΟΣ"),
        ("ЖуК", "жУк"),
        ("a.DOC", "A.doc"),
    ],
)
def test_names_that_differ_in_case_are_one(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maße.doc", "MASSE.DOC"),
        ("ﬁle", "FILE"),
        ("ı", "I"),
        ("İ", "i"),
        ("ſ", "S"),
        ("µ", "Μ"),
        ("\N{KELVIN SIGN}", "k"),
        ("ŉ", "ʼN"),
        ("ẞ", "ß"),
        ("\N{DESERET SMALL LETTER LONG I}", "\N{DESERET CAPITAL LETTER LONG I}"),
    ],
)
def test_names_that_only_other_ways_of_folding_take_for_one_are_two(one, other):
    assert fold(one) != fold(other)


@given(st.text())
def test_no_letter_becomes_several_or_none(name):
    composed = unicodedata.normalize("NFC", name)
    assert len(fold(composed)) == len(composed)


@given(st.text())
def test_folding_again_changes_nothing(name):
    assert fold(fold(name)) == fold(name)


@given(st.text())
def test_the_encoding_of_accents_makes_no_difference(name):
    assert fold(unicodedata.normalize("NFD", name)) == fold(unicodedata.normalize("NFC", name))
