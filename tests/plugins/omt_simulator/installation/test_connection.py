from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omt_simulator.installation.connection import read_odbc_string

KEYWORDS = st.text("abcdefghijklmnopqrstuvwxyz ", min_size=1).map(str.strip).filter(bool)


def test_keywords_are_read_in_any_case():
    assert read_odbc_string("DRIVER={PostgreSQL Unicode}; Server=db ;PWD={a;b}}c}") == {
        "driver": "PostgreSQL Unicode",
        "server": "db",
        "pwd": "a;b}c",
    }


@given(st.dictionaries(KEYWORDS, st.text()))
def test_what_is_written_in_braces_is_read_back(values):
    text = ";".join(f"{keyword}={{{value.replace('}', '}}')}}}" for keyword, value in values.items())
    assert read_odbc_string(text) == values
