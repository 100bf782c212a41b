from __future__ import annotations

import sys

import pytest

from omt_core.api.errors import InstallationError
from omt_database.drivers.columns_odbc import load_arrow_odbc, state_and_message


def test_a_machine_that_cannot_load_it_is_told_what_to_repair(monkeypatch):
    monkeypatch.setitem(sys.modules, "arrow_odbc", None)
    with pytest.raises(InstallationError, match="ODBC") as caught:
        load_arrow_odbc()
    assert caught.value.code == "odbc-missing"
    assert "arrow-odbc" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "state", "message"),
    [
        (
            "ODBC emitted an error calling 'SQLFetch':\nState: 08S01, Native error: -7, Message: gone\nfor good",
            "08S01",
            "gone\nfor good",
        ),
        ("A value (at least one) is too large", "HY000", "A value (at least one) is too large"),
    ],
)
def test_an_error_is_taken_apart_like_those_of_pyodbc(text, state, message):
    assert state_and_message(Exception(text)) == (state, message)
