from __future__ import annotations

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omt_usernames.address import normalized, why_invalid
from omt_usernames.settings import UserNamesSettings

DEFAULTS = UserNamesSettings()

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
    assert normalized(one) == normalized(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_addresses_stay_different(one: str, other: str) -> None:
    assert normalized(one) != normalized(other)


@given(st.text() | st.tuples(st.text(), st.text()).map("@".join))
@example("\u0345\u0301")
@example("a@ß_\u0301..")
def test_the_form_of_a_form_is_itself(text: str) -> None:
    assert normalized(normalized(text)) == normalized(text)


def test_no_single_character_breaks_that() -> None:
    for code in range(sys.maxunicode + 1):
        if not 0xD800 <= code <= 0xDFFF:  # surrogates are no text
            local = normalized(f"a{chr(code)}\u0345@x")
            assert normalized(local) == local


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text())
def test_case_and_spaces_never_matter_before_the_at_sign(local: str, spaces: str) -> None:
    around = "".join(character for character in spaces if character.isspace())
    address = f"{local}@example.com"
    assert normalized(f"{around}{address}{around}") == normalized(address)
    assert normalized(f"{local.casefold()}@EXAMPLE.com") == normalized(address)


@pytest.mark.parametrize(
    "address",
    ["lu@lu.li", "h.h@example.com", "o'neil+crm@example.co.uk", "hh@bücher.example.com", "a" * 64 + "@example.com"],
)
def test_usable_addresses_are_valid(address: str) -> None:
    assert why_invalid(address, DEFAULTS) is None


@pytest.mark.parametrize(
    "address",
    [
        "", "@", "hh", "hh@", "@example.com", "hh@example", "h h@example.com", "hh@exa mple.com", "hh@@example.com",
        "a@b@example.com", "hh@example..com", ".hh@example.com", "hh@[127.0.0.1]", '"h h"@example.com',
        "Hans <hh@example.com>", "a" * 65 + "@example.com", "hh@" + "a" * 64 + ".com", "hh@corp.local", "hh@-x.com",
        "hh@" + ".".join(["abcdefghi"] * 26) + ".com", "jörg@example.com", "hh@example.com ", "hh@example.com\n",
    ],
)  # fmt: skip
def test_unusable_addresses_are_refused_with_a_reason(address: str) -> None:
    assert why_invalid(address, DEFAULTS)


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert why_invalid(text, DEFAULTS) != ""


def test_settings_allow_what_a_customer_may_need() -> None:
    assert why_invalid("jörg@example.com", UserNamesSettings(international_names=True)) is None
    assert why_invalid("hh@example.com", UserNamesSettings(max_length=10)) == "it is longer than 10 characters"
