"""What an error of an ODBC driver means to the person at the keyboard, told by its SQLSTATE."""

from __future__ import annotations

from typing import Final, NamedTuple

from omt_core.api import InstallationError


class _Meaning(NamedTuple):
    code: str
    text: str
    remedy: str


_UNREACHABLE: Final = _Meaning(
    "database-unreachable",
    "The database server does not answer",
    "Check server, port and network, and that this machine may reach it; then run the same command again.",
)
_REFUSED: Final = _Meaning(
    "database-login-refused",
    "The database refused the login",
    "Check user and password in the answers file, section [installation].",
)
_NO_DRIVER: Final = _Meaning(
    "odbc-driver-missing",
    "The ODBC source or its driver was not found",
    "Install the DBMS's ODBC driver of the same bitness as Python, or correct `dsn` or the setting"
    " `database.odbc_driver`.",
)
_NOT_ALLOWED: Final = _Meaning(
    "database-permission-denied",
    "The database user may not read all that is needed",
    "Give the user read access to all tables of the CRM's owner.",
)
_FAILED: Final = _Meaning(
    "database-failed",
    "The database reported an error",
    "Look the message up with the database's administrator; then run the same command again.",
)

_BY_STATE: Final = {
    "08": _UNREACHABLE,
    "HYT": _UNREACHABLE,
    "28": _REFUSED,
    "IM": _NO_DRIVER,
    "42501": _NOT_ALLOWED,
}

_REFUSED_WORDS: Final = ("password authentication failed", "login failed", "ora-01017", "no password supplied")
"""psqlodbc and Oracle's driver give a refused login the state of a broken line."""

_DRIVER_WORDS: Final = ("can't open lib", "file not found")
"""unixODBC gives a driver that is not there the general state 01000."""


def explain(state: str, message: str) -> InstallationError:
    """Return the error for an SQLSTATE and a message, which must not hold a secret."""
    lower = message.lower()
    if any(words in lower for words in _REFUSED_WORDS):
        meaning = _REFUSED
    elif any(words in lower for words in _DRIVER_WORDS):
        meaning = _NO_DRIVER
    else:
        found = [known for known in _BY_STATE if state.startswith(known)]
        meaning = _BY_STATE[max(found, key=len)] if found else _FAILED
    return InstallationError(meaning.code, f"{meaning.text} ({state}): {message}", meaning.remedy)
