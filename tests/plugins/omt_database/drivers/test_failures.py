from __future__ import annotations

import pytest

from omt_database.drivers.failures import explain


@pytest.mark.parametrize(
    ("state", "message", "code"),
    [
        ("08001", "could not connect to server", "database-unreachable"),
        ("08S01", "Communication link failure", "database-unreachable"),
        ("HYT00", "Login timeout expired", "database-unreachable"),
        ("28000", "Login failed for user 'sa'", "database-login-refused"),
        ("28P01", "whatever", "database-login-refused"),
        ("08001", 'FATAL: password authentication failed for user "crm7"', "database-login-refused"),
        ("HY000", "[Oracle][ODBC]ORA-01017: invalid username/password", "database-login-refused"),
        ("IM002", "Data source name not found", "odbc-driver-missing"),
        ("01000", "Can't open lib 'nope' : file not found", "odbc-driver-missing"),
        ("42501", "permission denied for table person", "database-permission-denied"),
        ("42S02", "Invalid object name 'crm7.x'", "database-failed"),
        ("", "", "database-failed"),
    ],
)
def test_an_error_says_what_the_person_can_do(state, message, code):
    error = explain(state, message)
    assert error.code == code
    assert message in error.message
    assert error.remedy
