from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert why_invalid(text, DEFAULTS) != ""


def test_settings_allow_what_a_customer_may_need() -> None:
    assert why_invalid("jörg@example.com", UserNamesSettings(international_names=True)) is None
    assert why_invalid("hh@example.com", UserNamesSettings(max_length=10)) == "it is longer than 10 characters"
