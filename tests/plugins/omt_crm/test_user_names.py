from __future__ import annotations

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omt_crm.user_names import canonical_user_name, same_user_name

SAME = [
    ("hh@example.com", " HH@Example.COM\t"),
    ("hh@bücher.example.com", "hh@xn--bcher-kva.example.com"),
    ("hh@BU\u0308CHER.example.com", "hh@bücher.example.com"),
    ("jo\u0308rg@example.com", "JÖRG@example.com"),
    ("hh@b\u3002example.com", "hh@b.example.com"),
]
DIFFERENT = [
    ("hh@example.com", "h.h@example.com"),
    ("hh@example.com", "hh+crm@example.com"),
    ("hh@straße.example.com", "hh@strasse.example.com"),
    ("hh@example.com", "hh@example.net"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_address_have_one_form(one: str, other: str) -> None:
    assert same_user_name(one, other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_addresses_stay_different(one: str, other: str) -> None:
    assert not same_user_name(one, other)


@given(st.text() | st.tuples(st.text(), st.text()).map("@".join))
@example("\u0345\u0301")
@example("a@ß_\u0301..")
def test_the_form_of_a_form_is_itself(text: str) -> None:
    assert canonical_user_name(canonical_user_name(text)) == canonical_user_name(text)


def test_no_single_character_breaks_that() -> None:
    for code in range(sys.maxunicode + 1):
        if not 0xD800 <= code <= 0xDFFF:  # surrogates are no text
            local = canonical_user_name(f"a{chr(code)}\u0345@x")
            assert canonical_user_name(local) == local


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text())
def test_case_and_spaces_never_matter_before_the_at_sign(local: str, spaces: str) -> None:
    around = "".join(character for character in spaces if character.isspace())
    address = f"{local}@example.com"
    assert canonical_user_name(f"{around}{address}{around}") == canonical_user_name(address)
    assert canonical_user_name(f"{local.casefold()}@EXAMPLE.com") == canonical_user_name(address)
