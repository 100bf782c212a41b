"""A stand-in for pyodbc: SQL Server and Oracle are not to be had here, what is sent to them is."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from types import ModuleType

import pytest


@dataclass
class FakeConnection:
    """Remembers what happens to it, and answers queries whose text holds a key of `answers`."""

    answers: dict[str, list[tuple[object, ...]]]
    log: list[str] = field(default_factory=list)
    converters: dict[int, object] = field(default_factory=dict)
    _autocommit: bool = True
    _rows: list[tuple[object, ...]] = field(default_factory=list)

    @property
    def autocommit(self) -> bool:
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self.log.append(f"autocommit {value}")
        self._autocommit = value

    def cursor(self) -> FakeConnection:
        return self

    def execute(self, sql: str, parameters: tuple[object, ...] = ()) -> None:
        sql = " ".join(sql.split())
        self.log.append(sql)
        self._rows = next((rows for key, rows in self.answers.items() if key in sql), [])

    def fetchall(self) -> list[tuple[object, ...]]:
        return self._rows

    def rollback(self) -> None:
        self.log.append("rollback")

    def add_output_converter(self, kind: int, converter: object) -> None:
        self.converters[kind] = converter

    def close(self) -> None: ...


class FakePyodbc(ModuleType):
    """`pyodbc` with made-up drivers."""

    class Error(Exception):
        """As the DB-API has it."""

    def __init__(self) -> None:
        super().__init__("pyodbc")
        self.installed = [
            "SQL Server",
            "ODBC Driver 9 for SQL Server",
            "ODBC Driver 18 for SQL Server",
            "Oracle in OraClient19Home1",
        ]
        self.answers: dict[str, list[tuple[object, ...]]] = {}
        self.strings: list[str] = []
        self.timeouts: list[int] = []

    def drivers(self) -> list[str]:
        return self.installed

    def connect(self, text: str, *, autocommit: bool, timeout: int) -> FakeConnection:
        assert autocommit
        self.strings.append(text)
        self.timeouts.append(timeout)
        return FakeConnection(self.answers)


@pytest.fixture
def pyodbc(monkeypatch):
    fake = FakePyodbc()
    monkeypatch.setitem(sys.modules, "pyodbc", fake)
    return fake
