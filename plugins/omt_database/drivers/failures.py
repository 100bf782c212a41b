"""What an error of an ODBC driver means to the person at the keyboard.

Told by the server's own number where it has one: SQL Server's stands in parentheses behind its message, Oracle's begins
with ORA; else by its SQLSTATE.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from omt_core.api import ErrorCode, InstallationError, SnapshotLostError, sentence
from omt_database.errors import (
    DATABASE_ACCOUNT_UNUSABLE,
    DATABASE_CHANGED,
    DATABASE_CONNECTION_LOST,
    DATABASE_DEADLOCK,
    DATABASE_FAILED,
    DATABASE_LIMIT,
    DATABASE_LOCKED,
    DATABASE_LOGIN_REFUSED,
    DATABASE_NOT_FOUND,
    DATABASE_NOT_OPEN,
    DATABASE_OUT_OF_ROOM,
    DATABASE_PERMISSION_DENIED,
    DATABASE_READ_ONLY,
    DATABASE_SILENT,
    DATABASE_UNREACHABLE,
    DATABASE_VALUE_UNREADABLE,
    DATABASE_VIEW_LOST,
    DATABASE_VIEW_NOT_ALLOWED,
    DATABASE_WINDOWS_LOGIN_FAILED,
    ODBC_DRIVER_MISSING,
)

Meaning: TypeAlias = ErrorCode[InstallationError]
"""What an error means. Of those that are a `SnapshotLostError`, reading again in a new snapshot may do."""

_BY_STATE: Final[Mapping[str, Meaning]] = {
    "08": DATABASE_UNREACHABLE,
    "HYT": DATABASE_UNREACHABLE,
    "57P": DATABASE_UNREACHABLE,
    "53300": DATABASE_UNREACHABLE,
    "28": DATABASE_LOGIN_REFUSED,
    "IM": ODBC_DRIVER_MISSING,
    "42501": DATABASE_PERMISSION_DENIED,
    "42P01": DATABASE_CHANGED,
    "42703": DATABASE_CHANGED,
    "25006": DATABASE_READ_ONLY,
    # What went wrong before was told to the driver, which asked something of its own, and not to us.
    "25P02": DATABASE_VIEW_LOST,
    "25P03": DATABASE_VIEW_LOST,
    "25P04": DATABASE_VIEW_LOST,
    "57014": DATABASE_LIMIT,
    "57P05": DATABASE_VIEW_LOST,
    "40001": DATABASE_VIEW_LOST,
    "40P01": DATABASE_DEADLOCK,
    "55P03": DATABASE_LOCKED,
    "531": DATABASE_OUT_OF_ROOM,
    "532": DATABASE_OUT_OF_ROOM,
    "22P05": DATABASE_VALUE_UNREADABLE,
    "22021": DATABASE_VALUE_UNREADABLE,
}

SQL_SERVER: Final[Mapping[int, Meaning]] = {
    # The more telling first: several come together when a login fails.
    **dict.fromkeys((4060, 911, 916, 4064), DATABASE_NOT_FOUND),
    # 922 and 983 while it is recovered or goes to another server; 17142, 18401, 18451 and 18461 while the server is
    # paused, upgraded, shut down or kept for one administrator.
    **dict.fromkeys(
        (922, 924, 927, 942, 945, 952, 976, 978, 983, 17142, 18401, 18451, 18461, 40613), DATABASE_NOT_OPEN
    ),
    # Whose session was killed, or the server shut down: some of these come with the general state.
    **dict.fromkeys((596, 6005, 6006, 17830, 40197, 40501), DATABASE_UNREACHABLE),
    **dict.fromkeys((18486, 18487, 18488), DATABASE_ACCOUNT_UNUSABLE),
    18452: DATABASE_WINDOWS_LOGIN_FAILED,
    **dict.fromkeys((18456, 17892), DATABASE_LOGIN_REFUSED),
    **dict.fromkeys((229, 230, 262, 297, 300, 15247), DATABASE_PERMISSION_DENIED),
    **dict.fromkeys((207, 208, 3961), DATABASE_CHANGED),
    1205: DATABASE_DEADLOCK,
    1222: DATABASE_LOCKED,
    3906: DATABASE_READ_ONLY,
    8649: DATABASE_LIMIT,
    **dict.fromkeys((3960, 3966), DATABASE_VIEW_LOST),
    **dict.fromkeys((701, 802, 1105, 3958, 3959, 3967, 8645, 9002), DATABASE_OUT_OF_ROOM),
    **dict.fromkeys((3952, 3957), DATABASE_VIEW_NOT_ALLOWED),
}
"""By the number of SQL Server's message, as its documentation of errors and events lists them."""

ORACLE: Final[Mapping[int, Meaning]] = {
    **dict.fromkeys((1555, 2396, 22924), DATABASE_VIEW_LOST),
    **dict.fromkeys((904, 942, 1410, 1466, 8103), DATABASE_CHANGED),
    60: DATABASE_DEADLOCK,
    54: DATABASE_LOCKED,
    **dict.fromkeys((40, 2391, 2392, 2393, 2394, 2395, 2399, 56720), DATABASE_LIMIT),
    16000: DATABASE_READ_ONLY,
    **dict.fromkeys((28000, 28001, 28002), DATABASE_ACCOUNT_UNUSABLE),
    **dict.fromkeys((1005, 1017), DATABASE_LOGIN_REFUSED),
    **dict.fromkeys((1031, 1045), DATABASE_PERMISSION_DENIED),
    **dict.fromkeys((1033, 1034, 1035, 1109, 12526, 12528), DATABASE_NOT_OPEN),
    # The session was killed, or the instance ended; then what the line says, and what failover leaves to the caller.
    **dict.fromkeys((28, 1012, 1089, 1090, 1092, 3113, 3114, 3135), DATABASE_UNREACHABLE),
    **dict.fromkeys((12154, 12170, 12505, 12514, 12516, 12518, 12519, 12520, 12521), DATABASE_UNREACHABLE),
    **dict.fromkeys((12533, 12537, 12541, 12543, 12545, 12547, 12560, 12570, 12571), DATABASE_UNREACHABLE),
    **dict.fromkeys((25401, 25402, 25403, 25405, 25408), DATABASE_UNREACHABLE),
    **dict.fromkeys((1652, 30036, 4030, 4031), DATABASE_OUT_OF_ROOM),
}
"""By the number behind ORA-."""

_AWAY: Final = frozenset(meaning.code for meaning in (DATABASE_NOT_OPEN, DATABASE_SILENT, DATABASE_UNREACHABLE))
"""The one list of what is said by, or instead of, a database that went away: by what the numbers and states mean."""

_COMES_BACK: Final = _AWAY | {DATABASE_NOT_FOUND.code}
"""What is said until it is back: SQL Server takes logins before it has opened all databases (4060)."""

_SQL_SERVERS_NUMBER: Final = re.compile(r"\((\d+)\)(?=\s*(?:\(SQL|;|$))")
_ORACLES_NUMBER: Final = re.compile(r"\bORA-(\d{5})\b")

_WORDS: Final[Mapping[str, Meaning]] = {
    # psqlodbc gives a refused login the state of a broken line.
    "password authentication failed": DATABASE_LOGIN_REFUSED,
    "login failed": DATABASE_LOGIN_REFUSED,
    "no password supplied": DATABASE_LOGIN_REFUSED,
    # unixODBC gives a driver that is not there the general state 01000.
    "can't open lib": ODBC_DRIVER_MISSING,
    "file not found": ODBC_DRIVER_MISSING,
    "sspi": DATABASE_WINDOWS_LOGIN_FAILED,
}


def explain(
    state: str, message: str, *, dbms: str = "", more: Mapping[re.Pattern[str], Meaning] | None = None
) -> InstallationError:
    """Return the error for an SQLSTATE and a message, which must not hold a secret.

    `more` are the words of one system's drivers: a message that none of the server's numbers explains means what the
    first of these patterns that it matches does.
    """
    meaning = _by_number(message, dbms) or _by_words(message, more or {}) or _by_state(state)
    return meaning.error(
        sentence(
            "{meaning} The driver says ({state}): {message}", meaning=meaning.meaning, state=state, message=message
        )
    )


def breaks(error: InstallationError) -> bool:
    """Tell whether a connection is of no use any more after an error, or only one that begins anew is."""
    return isinstance(error, SnapshotLostError) or error.code in _AWAY


def comes_back(error: InstallationError) -> bool:
    """Tell whether a database that answered before may answer again after this error, if only it is waited for."""
    return error.code in _COMES_BACK


def lost_in_view(error: InstallationError) -> InstallationError:
    """Return what an error means to whoever reads in a view: one that went away took the view with it."""
    if error.code not in _AWAY:
        return error
    return DATABASE_CONNECTION_LOST.error(
        sentence("{meaning} {why}", meaning=DATABASE_CONNECTION_LOST.meaning, why=error.message)
    )


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
    return _BY_STATE[max(found, key=len)] if found else DATABASE_FAILED
