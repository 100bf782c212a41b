from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api import translated
from omt_usernames.address import why_invalid
from omt_usernames.settings import UserNamesSettings

DEFAULTS = UserNamesSettings()


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


@pytest.mark.parametrize(
    ("address", "german"),
    [
        ("hh", "es ist kein @ darin"),
        ("@example.com", "vor dem @ steht nichts"),
        ("hh@", "nach dem @ steht nichts"),
        ("hh@example", "nach dem @ steht kein Punkt"),
        ("h h@example.com", "vor dem @ steht, was dort nicht stehen darf: ein Leerzeichen"),
        ("hh@exa_mple.com", "nach dem @ steht, was dort nicht stehen darf: '_'"),
        ("hh@example..com", "zwei Punkte folgen aufeinander"),
        ("jörg@example.com", "vor dem @ dürfen nur englische Buchstaben stehen, nicht 'ö'"),
        ("a" * 65 + "@example.com", "der Teil vor dem @ ist zu lang"),
    ],
)
def test_the_reason_is_said_in_the_readers_language(address: str, german: str) -> None:
    why = why_invalid(address, DEFAULTS)
    assert why is not None
    assert translated(why, "de") == german


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert why_invalid(text, DEFAULTS) != ""


def test_settings_allow_what_a_customer_may_need() -> None:
    assert why_invalid("jörg@example.com", UserNamesSettings(international_names=True)) is None
    assert why_invalid("hh@example.com", UserNamesSettings(max_length=10)) == "it is longer than 10 characters"
