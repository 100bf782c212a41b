from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from omt_core.api import Decisions, Licence, MachineCheck, MigrationKind
from omt_core.api.calls import ConfirmFreeze, ExamineMachine, Freeze, Thaw, ValidateMigration
from omt_core.api.database import Column, Table
from omt_core.api.events import Event, FindingRaised
from omt_core.api.findings import Finding
from omt_core.api.installation import DatabaseLocation, Installation, ServiceFolders
from omt_freeze import FreezePlugin, FreezeSettings
from omt_freeze.mark import Mark

COLUMNS = (
    "SystemEvent_id", "scope", "owner", "eventkey", "eventmess", "extraInfo", "eta", "registered",
    "registered_associate_id", "updated", "updated_associate_id", "updatedCount",
)  # fmt: skip


class Crash(BaseException):
    """The process is gone."""


class Site:
    """An on-site installation with a Service, the journal's notes, and a process that may die at any step."""

    def __init__(self, folder: Path, config: bytes = b"dbHost = sql\n", columns: Sequence[str] = COLUMNS) -> None:
        self.service = folder / "service"
        self.service.mkdir(parents=True)
        self.config = self.service / "config"
        self.config.write_bytes(config)
        self.workspace = folder / "workspace"
        self.workspace.mkdir()
        self.kept: dict[str, str] = {}
        self.grants: dict[str, str] = {}
        self.events: list[Event] = []
        self.crash_after: int | None = None
        self.columns = tuple(columns)
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        names = ", ".join(f'"{column}"' for column in columns)
        self.connection.execute(f'CREATE TABLE systemevent ({names}, PRIMARY KEY ("SystemEvent_id"))')
        self.connection.execute("CREATE UNIQUE INDEX once ON systemevent (eventkey, scope, owner)")
        self.connection.execute("CREATE TABLE sequence (id, next_id, TableName, TableNumber)")
        self.connection.execute("INSERT INTO sequence VALUES (163, 41, 'SystemEvent', 153), (16, 900, 'person', 6)")

    # --- what the hooks are given

    def emit(self, event: Event) -> None:
        self.events.append(event)

    async def remember(self, name: str, value: str) -> None:
        self.step()
        self.kept[name] = value
        self.step()

    async def recall(self, name: str) -> str | None:
        return self.kept.get(name)

    def table(self, name: str) -> Table | None:
        if name == "sequence":
            return Table(name=name, columns=())
        return Table(name=name, columns=tuple(Column(name=column, type_name="int") for column in self.columns))

    async def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return self.connection.execute(sql, parameters).fetchall()

    async def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        self.step()
        written = self.connection.execute(sql, [str(p) if hasattr(p, "year") else p for p in parameters]).rowcount
        self.step()
        return written

    async def missing_grant(self, table: str, rights: Sequence[str]) -> str | None:
        return self.grants.get(table)

    # --- what a test does

    def step(self) -> None:
        if self.crash_after is not None:
            self.crash_after -= 1
            if self.crash_after < 0:
                raise Crash

    def installation(self) -> Installation:
        return Installation(database=DatabaseLocation(dbms="sqlite"), service=ServiceFolders(base=self.service))

    def freeze(self, settings: FreezeSettings | None = None, **changes: Any) -> None:
        call = Freeze(**{"installation": self.installation(), "database": self, "notes": self, "run": self} | changes)
        anyio.run(FreezePlugin(settings or FreezeSettings()).freeze, call)

    def confirm(self) -> None:
        call = ConfirmFreeze(installation=self.installation(), database=self, notes=self, run=self)  # type: ignore[arg-type]
        anyio.run(FreezePlugin(FreezeSettings()).confirm_freeze, call)

    def thaw(self, settings: FreezeSettings | None = None, **changes: Any) -> list[str]:
        call = Thaw(**{"installation": self.installation(), "database": self, "notes": self, "run": self} | changes)
        return [f.code for f in anyio.run(FreezePlugin(settings or FreezeSettings()).thaw, call)]

    def check(
        self, kind: MigrationKind = MigrationKind.LIVE, base: Path | None = None, *, in_snapshot: bool = False
    ) -> list[Finding]:
        call = ValidateMigration(
            installation=replace(self.installation(), service=ServiceFolders(base=base or self.service)),
            database=self,  # type: ignore[arg-type]
            licence=Licence(owner="", serial="", version=""),
            users=(),
            decisions=Decisions(kind=kind),
            run=self,  # type: ignore[arg-type]
            in_snapshot=in_snapshot,
        )
        return list(anyio.run(FreezePlugin(FreezeSettings()).validate_migration, call))

    def examine(self, kind: MigrationKind = MigrationKind.LIVE, **changes: Any) -> list[MachineCheck]:
        call = ExamineMachine(
            **{
                "installation": self.installation(), "workspace": self.workspace, "kind": kind, "roles": {},
                "run": self,
            } | changes
        )  # fmt: skip
        return list(anyio.run(FreezePlugin(FreezeSettings()).examine_machine, call))

    def rows_of_events(self) -> list[Any]:
        return self.connection.execute(
            "SELECT SystemEvent_id, eventkey, scope, owner, eventmess FROM systemevent ORDER BY 1"
        ).fetchall()

    def next_id(self) -> int:
        return int(self.connection.execute("SELECT next_id FROM sequence WHERE id = 163").fetchone()[0])

    def add_event(self, event_id: int, message: str = "backup", key: str = "kSENoLogin") -> None:
        self.connection.execute(
            'INSERT INTO systemevent ("SystemEvent_id", scope, owner, eventkey, eventmess) VALUES (?, 1, 0, ?, ?)',
            (event_id, key, message),
        )

    def findings(self) -> list[Finding]:
        return [event.finding for event in self.events if isinstance(event, FindingRaised)]

    def copies(self) -> list[bytes]:
        return [path.read_bytes() for path in self.workspace.rglob("*") if path.is_file()]

    def close(self) -> None:
        self.connection.close()


@pytest.fixture(autouse=True)
def mark(monkeypatch: pytest.MonkeyPatch) -> Mark:
    """Who freezes in these tests, and when."""
    mark = Mark("hanne on SRV1", "2026-11-29 23:10 UTC")
    for module in ("no_login", "service_config"):
        monkeypatch.setattr(f"omt_freeze.{module}.own_mark", lambda: mark)
    return mark


SiteMaker = Callable[..., Site]


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[SiteMaker]:
    made: list[Site] = []

    def make(*arguments: Any, **options: Any) -> Site:
        made.append(Site(tmp_path / str(len(made)), *arguments, **options))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture
def site(make_site: SiteMaker) -> Site:
    return make_site()
