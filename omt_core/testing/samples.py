"""Values with sensible contents, for tests that care about one of them only, and texts that are out to do harm."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Any, Final

from typing_extensions import override

from omt_core.api import (
    DATABASE_TABLE_MISSING,
    DatabaseLocation,
    Installation,
    InstallationError,
    Licence,
    Row,
    SourceDatabase,
    Table,
    User,
    Value,
)
from omt_core.api.sentence import sentence

SAMPLE_LICENCE: Final = Licence(owner="Nordlys Maritim AS", serial="1000000001", version="8.5")
SAMPLE_INSTALLATION: Final = Installation(database=DatabaseLocation(dbms="sqlite", database="crm.sqlite"))

HOSTILE_TEXTS: Final = (
    "",
    " ",
    "'; DROP TABLE person; --",
    '"quoted" [bracketed] `ticked`',
    "../../../../etc/passwd",
    r"\\host\share\..\x",
    "C:relative",
    "CON",
    "name:stream",
    "<script>alert(1)</script>",
    "=HYPERLINK(0)",
    "{0} %s %(x)s ${HOME}",
    "a\x00b",
    "line\r\nfeed\ttab",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "e\u0301\u0301\u0301",
    "\U0001f9ed",
    "\ud800",
    "@",
    "a@b@c",
    "\u0130stanbul@\u0130.example",
    "x" * 10_000,
)
"""Texts as a database or a disk may hold them. A rule may report them; it may not fall over them."""


def sample_user(login: str = "HH", **changes: Any) -> User:  # noqa: ANN401 - any field of User
    """Return an employee with a plan and one address; `changes` replace fields of `User`."""
    user = User(
        id=sum(login.encode("utf-8", "replace")) + 100,
        login=login,
        full_name=f"Person {login}",
        person_id=sum(login.encode("utf-8", "replace")) + 200,
        company="Nordlys Maritim AS",
        group="Sales",
        role="User level 0",
        administrator=login == "HH",
        emails=(f"{login.lower()}@example.com",),
        onsite_plan="ten-sales",
    )
    return replace(user, **changes)


def hostile_users() -> tuple[User, ...]:
    """Return one user for each hostile text, which stands wherever a user holds a text."""
    return tuple(
        User(
            id=number,
            login=f"{text[:20]}{number}",
            full_name=text,
            person_id=1_000 + number,
            company=text,
            group=text,
            role=text,
            position=text,
            administrator=number == 1,
            emails=(text, f"{text}@example.com"),
            phones=(text,),
            onsite_plan=text,
        )
        for number, text in enumerate(HOSTILE_TEXTS, start=1)
    )


class EmptyDatabase(SourceDatabase):
    """A database without a table: what a rule gets to see of an installation that lacks everything it looks for."""

    @property
    @override
    def dbms(self) -> str:
        return "sqlite"

    @property
    @override
    def tables(self) -> Mapping[str, Table]:
        return {}

    @override
    def table(self, name: str) -> Table | None:
        return None

    @override
    async def batches(
        self, sql: str, parameters: Sequence[Value] = (), *, size: int = 5_000
    ) -> AsyncIterator[Sequence[Row]]:
        raise _table_missing(sql)
        yield ()

    @override
    async def rows(self, sql: str, parameters: Sequence[Value] = ()) -> Sequence[Row]:
        raise _table_missing(sql)

    @override
    def snapshot(self) -> AbstractAsyncContextManager[str]:
        return nullcontext("empty")

    @override
    async def write(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        raise _table_missing(sql)

    @override
    async def missing_grant(self, table: str, rights: Sequence[str]) -> str | None:
        return None

    @override
    async def aclose(self) -> None:
        return


def _table_missing(sql: str) -> InstallationError:
    return DATABASE_TABLE_MISSING.error(
        sentence("The database has none of the tables of this statement: {sql}", sql=sql),
        remedy="Ask `call.database.table(name)` first, and answer nothing when it is None.",
    )
