from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.errors import InputError
from omt_database.drivers.connection_string import connection_string, parse_keywords, redacted

VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(user=VALUES, password=VALUES)
def test_no_value_breaks_out_of_its_place(user, password):
    text = connection_string({"UID": user, "PWD": password, "Database": "crm"})
    assert parse_keywords(text) == {"uid": user, "pwd": password, "database": "crm"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "PWD=plain;"),
        ("a;b", "PWD={a;b};"),
        ("}", "PWD={}}};"),
        ("{x}", "PWD={{x}}};"),
        (" x", "PWD={ x};"),
        ("", "PWD=;"),
    ],
)
def test_values_are_quoted_as_odbc_says(value, expected):
    assert connection_string({"PWD": value}) == expected


def test_a_nul_is_refused():
    with pytest.raises(InputError) as caught:
        connection_string({"PWD": "a\0b"})
    assert "a\0b" not in caught.value.message


@given(password=st.text(st.characters(codec="utf-8", exclude_characters="<>*"), min_size=1))
def test_a_known_password_is_not_shown(password):
    assert redacted(f"<{password}>", password, None) == "<***>"


@pytest.mark.parametrize("text", ["PWD=hemmelig;X=1", "pwd = hemmelig", "UID=sa;Password={hem;}}melig};X=1"])
def test_a_password_in_a_connection_string_is_not_shown_even_when_unknown(text):
    assert "melig" not in redacted(text)
