"""A stand-in for mssql-python with the interface of its wheel 1.16, as far as it is used."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace

import pyarrow as pa


class Error(Exception):
    """As the wheel's: it tells neither SQLSTATE nor the server's number."""

    def __init__(self, driver_error: str, ddbc_error: str) -> None:
        self.driver_error, self.ddbc_error = driver_error, ddbc_error
        super().__init__(f"Driver Error: {driver_error}; DDBC Error: {ddbc_error}")


class InterfaceError(Error):
    """About the driver itself."""


class Row:
    """Not a tuple, but like one."""

    def __init__(self, values: tuple[object, ...]) -> None:
        self._values = values

    def __iter__(self):
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass
class FakeCursor:
    server: FakeMssqlPython
    hstmt: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(_cancel=lambda: None))
    rowcount: int = -1
    _rows: list[tuple[object, ...]] = field(default_factory=list)
    _batch: pa.RecordBatch | None = None

    def execute(self, sql: str, *parameters: object) -> FakeCursor:
        sql = " ".join(sql.split())
        self.server.log.append(sql)
        found = next((answer for key, answer in self.server.answers.items() if key in sql), [])
        if isinstance(found, Exception):
            raise found
        if isinstance(found, pa.RecordBatch):
            self._batch = found
        else:
            self._rows = list(found)
        return self

    def fetchone(self) -> Row | None:
        return next(iter(self.fetchmany(1)), None)

    def fetchmany(self, size: int) -> list[Row]:
        taken, self._rows = self._rows[:size], self._rows[size:]
        return [Row(row) for row in taken]

    def fetchall(self) -> list[Row]:
        return self.fetchmany(len(self._rows))

    def arrow_batch(self, batch_size: int = 8192) -> pa.RecordBatch:
        if self._batch is None:
            raise RuntimeError("Unsupported data type for Arrow batch fetch for column - c")
        taken, self._batch = self._batch.slice(0, batch_size), self._batch.slice(batch_size)
        self.server.batches.append(taken.num_rows)
        return taken

    def close(self) -> None:
        self.server.log.append("close")


@dataclass
class FakeConnection:
    server: FakeMssqlPython
    autocommit: bool = True

    def cursor(self) -> FakeCursor:
        return FakeCursor(self.server)

    def rollback(self) -> None:
        self.server.log.append("rollback")

    def close(self) -> None: ...


class FakeMssqlPython(ModuleType):
    """`mssql_python`, whose cursors answer statements whose text holds a key of `answers`."""

    Error = Error
    InterfaceError = InterfaceError

    def __init__(self) -> None:
        super().__init__("mssql_python")
        self.answers: dict[str, object] = {}
        self.records: list[tuple[str, str]] = []
        self.strings: list[str] = []
        self.log: list[str] = []
        self.batches: list[int] = []
        self.pooled = True
        self.threads: set[int] = set()
        self.ddbc_bindings = SimpleNamespace(DDBCSQLGetAllDiagRecords=lambda _: self.records)

    def pooling(self, *, enabled: bool) -> None:
        self.pooled = enabled

    def connect(self, text: str, *, autocommit: bool, timeout: int, native_uuid: bool) -> FakeConnection:
        assert autocommit
        assert timeout
        assert not native_uuid
        self.threads.add(threading.get_ident())
        self.strings.append(text)
        return FakeConnection(self)
