"""What all ODBC connections share: pyodbc by rows, and by columns arrow-odbc, on a second connection in the same view.

By columns is three times as fast, but what it can read exactly is less: a driver says of which columns that is true
(`Driver.reads_columns`). Both are imported on first use: they need libodbc, which not every machine has.
"""

from __future__ import annotations

import importlib
import re
import sys
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from types import MappingProxyType
from typing import Any, ClassVar, Final, NamedTuple, Self, TypeAlias

from typing_extensions import override

from omt_core.api import DatabaseLocation, InstallationError, Row, Value, sentence
from omt_database.drivers.connection_string import connection_string, parse_keywords, redacted
from omt_database.drivers.driver import (
    ColumnConnection,
    ColumnResult,
    Connection,
    Cursor,
    Driver,
    RecordBatch,
    Schema,
    closed_if_it_fails,
)
from omt_database.drivers.failures import Meaning, explain
from omt_database.errors import ODBC_DRIVER_MISSING, ODBC_MISSING
from omt_database.settings import DatabaseSettings

PyodbcModule: TypeAlias = Any
OdbcConnection: TypeAlias = Any
"""pyodbc's own: it is loaded by name, so that its types are not known here."""

ArrowOdbc: TypeAlias = Any
"""Its own: it is loaded by name."""

NOT_UTF_8: Final = "Datasource returned invalid UTF-8"
"""What arrow-odbc says of text that is none."""

NO_ROOM: Final = "too large to be written into the allocated buffer"
"""What it says of a value that is longer than the room that was set aside for it."""

_REPORT: Final = re.compile(r"State: (\w+), Native error: -?\d+, Message: (.*)", re.DOTALL)

USER_KEYWORDS: Final = frozenset({"uid", "user", "user id", "username", "trusted_connection", "authentication"})


def load_pyodbc() -> PyodbcModule:
    """Import pyodbc; raises `InstallationError` `odbc-missing` where the machine has no ODBC."""
    try:
        return importlib.import_module("pyodbc")
    except ImportError as error:
        raise ODBC_MISSING.error(
            sentence("ODBC is not installed on this machine: {reason}.", reason=error),
            remedy=sentence("Repair the installation of the Python package pyodbc and install the DBMS's ODBC driver.")
            if sys.platform == "win32"
            else sentence(
                "Install the driver manager, on Debian and Ubuntu the package unixodbc, and the DBMS's ODBC driver."
            ),
        ) from error


def load_arrow_odbc() -> ArrowOdbc:
    """Import arrow-odbc; raises `InstallationError` `odbc-missing` where it or libodbc cannot be loaded."""
    try:
        return importlib.import_module("arrow_odbc")
    except (ImportError, OSError) as error:
        raise ODBC_MISSING.error(
            sentence("ODBC cannot be used on this machine: {reason}.", reason=error),
            remedy=sentence("Repair the installation of the Python package arrow-odbc."),
        ) from error


class OdbcColumnResult(ColumnResult):
    """A result under way."""

    def __init__(self, reader: ArrowOdbc, blocks: int) -> None:
        self._reader = reader
        self._blocks = blocks

    @override
    def fetch(self) -> RecordBatch | None:
        import pyarrow as pa  # noqa: PLC0415 - only who reads by columns needs it

        blocks = list(islice(self._reader, self._blocks))
        if len(blocks) == 1:
            return blocks[0]  # which Arrow would copy
        return pa.concat_batches(blocks) if blocks else None

    @override
    def close(self) -> None:
        self._reader = iter(())


class OdbcColumnConnection(ColumnConnection):
    """A connection of arrow-odbc's."""

    def __init__(self, connection_string: str, *, autocommit: bool, login_timeout: int) -> None:
        module = load_arrow_odbc()
        self.errors: tuple[type[Exception], ...] = (module.Error,)
        self._connection = module.connect(connection_string, login_timeout_sec=login_timeout, autocommit=autocommit)

    def execute(self, statement: str) -> None:
        """Run a statement that has no result."""
        self._connection.execute(statement)

    def value(self, statement: str) -> object:
        """Return the one value that a statement gives."""
        (batch,) = self._connection.read_arrow_batches(statement, batch_size=1, fetch_concurrently=False)
        return batch.column(0)[0].as_py()

    @override
    def read(
        self, statement: str, parameters: Sequence[Value], *, schema: Schema, rows: int, blocks: int, longest: int
    ) -> ColumnResult:
        reader = self._connection.read_arrow_batches(
            statement,
            batch_size=rows // blocks,
            parameters=[None if value is None else str(value) for value in parameters] or None,
            max_bytes_per_batch=None,
            max_text_size=longest,
            schema=schema,
            # Whoever fetches does so ahead already, and measures how long the database takes.
            fetch_concurrently=False,
        )
        return OdbcColumnResult(reader, blocks)

    @override
    def close(self) -> None:
        # Which ends its transaction.
        self._connection = None


def state_and_message(error: Exception) -> tuple[str, str]:
    """Take an error of arrow-odbc apart into SQLSTATE and message; one of its own has the general state."""
    found = _REPORT.search(str(error))
    return (found[1], found[2]) if found else ("HY000", str(error))


class Decoding(NamedTuple):
    """The codecs for text of some ODBC types, strict and repairing, and the type that it is asked for as."""

    of: tuple[str, ...]
    strict: str
    repairing: str
    asked_as: str


class OdbcDriver(Driver):
    """A database behind ODBC. `words` of its drivers' messages, as patterns, mean what stands beside them."""

    words: ClassVar[Mapping[re.Pattern[str], Meaning]] = {}

    def __init__(self, location: DatabaseLocation, settings: DatabaseSettings) -> None:
        self._pyodbc = self._load()
        self._location = location
        self._settings = settings
        self.errors = (self._pyodbc.Error,)
        self._columns: dict[int, OdbcColumnConnection] = {}

    def _load(self) -> PyodbcModule:
        """Return the module that connects."""
        return load_pyodbc()

    # --- what a DBMS says of itself

    @abstractmethod
    def keywords(self) -> dict[str, str]:
        """Return what goes into the connection string beside driver, user and password."""

    def suitable(self, installed: Sequence[str]) -> str | None:
        """Return the best of the installed ODBC drivers for this DBMS, or None."""
        del installed
        return None

    def prepare(self, connection: OdbcConnection) -> None:
        """Set a new connection up."""

    decoding: ClassVar[Decoding | None] = None
    """How text is read that may not be Unicode, or None where the database holds no such text."""

    @override
    def set_loose(self, connection: OdbcConnection, *, loose: bool) -> None:
        if self.decoding is None:
            return
        for of in self.decoding.of:
            connection.setdecoding(
                getattr(self._pyodbc, of),
                encoding=self.decoding.repairing if loose else self.decoding.strict,
                ctype=getattr(self._pyodbc, self.decoding.asked_as),
            )

    @override
    def unreadable(self, error: Exception) -> bool:
        return super().unreadable(error) or any(words in str(error) for words in (NOT_UTF_8, NO_ROOM))

    # --- connecting

    @property
    def _password(self) -> str | None:
        password = self._location.password
        return password.get_secret_value() if password is not None else None

    def connection_string(self, more: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return the whole connection string, secrets included; `more` goes before the DBMS's own keywords."""
        dsn = self._location.dsn
        given = parse_keywords(dsn) if dsn and "=" in dsn else {}
        values = {"DSN": dsn} if dsn and not given else {}
        if not dsn:
            values |= self._driver_keyword()
        values |= {
            keyword: value for keyword, value in {**self.keywords(), **more}.items() if keyword.lower() not in given
        }
        if not USER_KEYWORDS & given.keys():
            values |= self._login()
        return (f"{dsn};" if given else "") + connection_string(values)

    def _login(self) -> dict[str, str]:
        login = {"UID": self._location.user} if self._location.user else {}
        return login | ({"PWD": self._password} if self._password is not None else {})

    def _driver_keyword(self) -> dict[str, str]:
        return {"Driver": self._own_driver()}

    def driver_name(self) -> str | None:
        """Return the ODBC driver that opens the database; None where only the ODBC source knows."""
        dsn = self._location.dsn
        if not dsn:
            return self._own_driver()
        given = parse_keywords(dsn) if "=" in dsn else {"dsn": dsn}
        return given.get("driver") or self._pyodbc.dataSources().get(given.get("dsn", ""))

    def _own_driver(self) -> str:
        name = self._settings.odbc_driver or self.suitable(self._pyodbc.drivers())
        if name is None:
            raise ODBC_DRIVER_MISSING.error(
                sentence("No ODBC driver for {dbms} is installed on this machine.", dbms=self.dbms),
                remedy=sentence(
                    "Install one of the same bitness as Python, or name it in the setting `database.odbc_driver`."
                ),
            )
        return name

    @override
    def connect(self, *, writable: bool = False) -> Connection:
        connection: Connection = self._open()
        with closed_if_it_fails(connection):
            self.prepare(connection)
        return connection

    def _open(self) -> OdbcConnection:
        return self._pyodbc.connect(self.connection_string(), autocommit=True, timeout=self._settings.login_timeout)

    @override
    def interrupt(self, connection: Connection, cursor: Cursor) -> None:
        # The statement may just have ended by itself.
        with suppress(self._pyodbc.Error):
            cursor.cancel()  # type: ignore[attr-defined] # pyodbc's own

    @override
    def explain(self, error: Exception) -> InstallationError:
        of_rows = isinstance(error, self._pyodbc.Error)
        state, message = (*map(str, error.args), "", "")[:2] if of_rows else state_and_message(error)
        secrets = (self._password, parse_keywords(self._location.dsn or "").get("pwd"))
        return explain(state, redacted(message, *secrets), dbms=self.dbms, more=self.words)

    @override
    def anew(self) -> Self:
        driver = super().anew()
        driver._columns = {}  # noqa: SLF001 - its own
        return driver

    def _look_in(self, statement: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """Return the rows of a statement that is run through a connection of its own."""
        connection = self._open()
        try:
            return self.fetch(connection, statement, parameters)
        finally:
            connection.close()

    def _open_columns(self, connection_string: str, *, autocommit: bool) -> OdbcColumnConnection:
        """Open one more connection; from then on its errors are the driver's too.

        Whoever opens it keeps it in `_columns` once it shares the view, and closes it otherwise.
        """
        columns = OdbcColumnConnection(
            connection_string, autocommit=autocommit, login_timeout=self._settings.login_timeout
        )
        self.errors = (self._pyodbc.Error, *columns.errors)
        return columns

    def _close_columns(self) -> None:
        while self._columns:
            _, columns = self._columns.popitem()
            columns.close()

    @override
    def end_snapshot(self, connection: OdbcConnection) -> None:
        self._close_columns()
        connection.rollback()
        connection.autocommit = True


def first_of(installed: Iterable[str], *wanted: str) -> str | None:
    """Return the first wanted driver that is installed."""
    known = {name.lower(): name for name in installed}
    return next((known[name.lower()] for name in wanted if name.lower() in known), None)
