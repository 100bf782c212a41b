"""What an error of an ODBC driver means to the person at the keyboard.

Told by the server's own number where it has one: SQL Server's stands in parentheses behind its message, Oracle's begins
with ORA; else by its SQLSTATE.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from omt_core.api import InstallationError, SnapshotLostError


class Meaning(NamedTuple):
    """What is told; `anew` where reading again in a new snapshot may do."""

    code: str
    text: str
    remedy: str
    anew: bool = False


_UNREACHABLE: Final = Meaning(
    "database-unreachable",
    "The database server does not answer",
    "Check server, port and network, and that this machine may reach it; then run the same command again.",
)
_REFUSED: Final = Meaning(
    "database-login-refused",
    "The database refused the login",
    "Check user and password in the answers file, section [installation].",
)
_ACCOUNT: Final = Meaning(
    "database-account-unusable",
    "The account of the database user cannot be used: its password has expired or must be changed, or it is locked",
    "Let the database's administrator unlock it or set a lasting password, and give that in the answers file.",
)
_WINDOWS_LOGIN: Final = Meaning(
    "database-windows-login-failed",
    "The database server did not accept the Windows account",
    "Run the tool as a domain user that the SQL Server knows as a login, and name the server as its service is"
    " registered (SPN), usually by its full name; or give `user` and `password` of an SQL Server login.",
)
_NO_DATABASE: Final = Meaning(
    "database-not-found",
    "The server has no such database, or the login may not open it",
    "Check `database` in the answers file, section [installation]; let the database's administrator make the login a"
    " user of it (CREATE USER ... FOR LOGIN ...).",
)
_OFFLINE: Final = Meaning(
    "database-not-open",
    "The database is not open for reading: it is offline, being restored, in single-user mode, or a copy that may not"
    " be read",
    "Let the database's administrator bring it online, or name the server that holds the readable copy.",
)
_NO_DRIVER: Final = Meaning(
    "odbc-driver-missing",
    "The ODBC source or its driver was not found",
    "Install the DBMS's ODBC driver of the same bitness as Python, or correct `dsn` or the setting"
    " `database.odbc_driver`.",
)
_NOT_ALLOWED: Final = Meaning(
    "database-permission-denied",
    "The database user lacks a right that is needed",
    "Let the database's administrator grant what the message names; reading needs SELECT on all tables of the CRM's"
    " owner.",
)
_CHANGED: Final = Meaning(
    "database-changed",
    "A table was rebuilt, changed or dropped while it was read",
    "Keep maintenance jobs off the database while it is migrated, then run the same command again.",
    anew=True,
)
_VIEW_LOST: Final = Meaning(
    "database-view-lost",
    "The database gave up the consistent view that was read",
    "Let the database's administrator keep old versions of rows for longer (tempdb, undo retention, timeouts of idle"
    " transactions), or make the line faster or `database.spool_bytes` larger; then run the same command again.",
    anew=True,
)
_DEADLOCK: Final = Meaning(
    "database-deadlock",
    "The database broke a deadlock by ending what was read",
    "Keep other jobs off the database while it is migrated, then run the same command again.",
    anew=True,
)
_LOCKED: Final = Meaning(
    "database-locked",
    "Somebody else holds a lock for longer than the database waits",
    "Let the database's administrator find and end the session that holds it, then run the same command again.",
)
_FULL: Final = Meaning(
    "database-out-of-room",
    "The database server has no room left (disk, tempdb, log or memory)",
    "Let the database's administrator make room on the server, then run the same command again.",
)
_UNREADABLE: Final = Meaning(
    "database-value-unreadable",
    "The database holds a value that it cannot give in Unicode",
    "Let the database's administrator correct the value that the message names.",
)
_FAILED: Final = Meaning(
    "database-failed",
    "The database reported an error",
    "Look the message up with the database's administrator; then run the same command again.",
)

_BY_STATE: Final = {
    "08": _UNREACHABLE,
    "HYT": _UNREACHABLE,
    "57P": _UNREACHABLE,
    "53300": _UNREACHABLE,
    "28": _REFUSED,
    "IM": _NO_DRIVER,
    "42501": _NOT_ALLOWED,
    "42P01": _CHANGED,
    "42703": _CHANGED,
    "25P03": _VIEW_LOST,
    "57P05": _VIEW_LOST,
    "40001": _VIEW_LOST,
    "40P01": _DEADLOCK,
    "55P03": _LOCKED,
    "531": _FULL,
    "532": _FULL,
    "22P05": _UNREADABLE,
    "22021": _UNREADABLE,
}

SQL_SERVER: Final[Mapping[int, Meaning]] = {
    # The more telling first: several come together when a login fails.
    **dict.fromkeys((4060, 911, 916, 4064), _NO_DATABASE),
    **dict.fromkeys((924, 927, 942, 945, 952, 976, 978), _OFFLINE),
    **dict.fromkeys((18486, 18487, 18488), _ACCOUNT),
    18452: _WINDOWS_LOGIN,
    **dict.fromkeys((18456, 17892), _REFUSED),
    **dict.fromkeys((229, 230, 262, 297, 300, 15247), _NOT_ALLOWED),
    **dict.fromkeys((207, 208, 3961), _CHANGED),
    1205: _DEADLOCK,
    1222: _LOCKED,
    **dict.fromkeys((3960, 3966), _VIEW_LOST),
    **dict.fromkeys((701, 802, 1105, 3958, 3959, 3967, 9002), _FULL),
    **dict.fromkeys((3952, 3957), _VIEW_LOST._replace(anew=False)),
}
"""By the number of SQL Server's message, as its documentation of errors and events lists them."""

ORACLE: Final[Mapping[int, Meaning]] = {
    **dict.fromkeys((1555, 2396, 22924), _VIEW_LOST),
    **dict.fromkeys((904, 942, 1410, 1466, 8103), _CHANGED),
    60: _DEADLOCK,
    54: _LOCKED,
    **dict.fromkeys((28000, 28001, 28002), _ACCOUNT),
    **dict.fromkeys((1005, 1017), _REFUSED),
    **dict.fromkeys((1031, 1045), _NOT_ALLOWED),
    **dict.fromkeys((1033, 1034, 1109), _OFFLINE),
    **dict.fromkeys((1012, 3113, 3114, 3135, 12154, 12170, 12505, 12514, 12541, 12545), _UNREACHABLE),
    **dict.fromkeys((1652, 30036, 4030, 4031), _FULL),
}
"""By the number behind ORA-."""

_SQL_SERVERS_NUMBER: Final = re.compile(r"\((\d+)\)(?=\s*(?:\(SQL|;|$))")
_ORACLES_NUMBER: Final = re.compile(r"\bORA-(\d{5})\b")

_WORDS: Final = {
    # psqlodbc gives a refused login the state of a broken line.
    "password authentication failed": _REFUSED,
    "login failed": _REFUSED,
    "no password supplied": _REFUSED,
    # unixODBC gives a driver that is not there the general state 01000.
    "can't open lib": _NO_DRIVER,
    "file not found": _NO_DRIVER,
    "sspi": _WINDOWS_LOGIN,
}


def explain(
    state: str, message: str, *, dbms: str = "", more: Mapping[re.Pattern[str], Meaning] | None = None
) -> InstallationError:
    """Return the error for an SQLSTATE and a message, which must not hold a secret.

    `more` are the words of one system's drivers: a message that none of the server's numbers explains means what the
    first of these patterns that it matches does.
    """
    meaning = _by_number(message, dbms) or _by_words(message, more or {}) or _by_state(state)
    kind = SnapshotLostError if meaning.anew else InstallationError
    return kind(meaning.code, f"{meaning.text} ({state}): {message}", meaning.remedy)


def _by_number(message: str, dbms: str) -> Meaning | None:
    known, pattern = {"mssql": (SQL_SERVER, _SQL_SERVERS_NUMBER), "oracle": (ORACLE, _ORACLES_NUMBER)}.get(
        dbms, ({}, _ORACLES_NUMBER)
    )
    told = {int(number) for number in pattern.findall(message)}
    return next((meaning for number, meaning in known.items() if number in told), None)


def _by_words(message: str, more: Mapping[re.Pattern[str], Meaning]) -> Meaning | None:
    lower = message.lower()
    for pattern, meaning in more.items():
        if pattern.search(lower):
            return meaning
    return next((meaning for words, meaning in _WORDS.items() if words in lower), None)


def _by_state(state: str) -> Meaning:
    found = [known for known in _BY_STATE if state.startswith(known)]
    return _BY_STATE[max(found, key=len)] if found else _FAILED
