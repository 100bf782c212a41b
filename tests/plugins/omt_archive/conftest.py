"""Simulated installations, opened as the tool opens them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from omt_archive.settings import ArchiveSettings
from omt_archive.stages import ArchiveStages
from omt_core.api.database import SourceDatabase
from omt_core.api.installation import DatabaseLocation, Installation
from omt_core.api.items import Item
from omt_core.api.stages import UploadStage
from omt_database.drivers.sqlite import StdlibSqliteDriver
from omt_database.source import CrmDatabase
from omt_simulator import Simulation, SimulationSpec, generate
from omt_simulator.installation.connection import SQLITE_FILE
from omt_simulator.machine import Machine

DOCUMENT_PLANTS = (
    "missing-file", "blank-name", "no-appointment", "missing-associate", "wrong-case", "wrong-period", "orphan",
    "unreadable", "zero-bytes", "hostile-name", "other-provider",
)  # fmt: skip


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SourceDatabase]:
    """Open an SQLite file as a CRM database."""
    database = await CrmDatabase.open(StdlibSqliteDriver(path, login_timeout=5))
    try:
        yield database
    finally:
        await database.aclose()


class Site:
    """A simulated installation and what the inventory says of it."""

    def __init__(self, simulation: Simulation) -> None:
        machine = Machine(simulation.machine)
        self.machine = simulation.machine
        self.truth = simulation.truth
        self.file = machine.locate(SQLITE_FILE)
        self.installation = Installation(
            database=DatabaseLocation(dbms="sqlite", database=str(self.file)),
            archives=tuple(machine.locate(path) for path in simulation.truth["archives"]),
            root=simulation.machine,
        )

    def subjects(self, slug: str) -> list[str]:
        """What truth.json names for a plant."""
        told: dict[str, Any] = self.truth["plants"].get(slug, {"items": []})
        return sorted(subject for item in told["items"] for subject in item["subjects"])

    def add_archive(self, path: Path) -> None:
        """Search one more archive, last."""
        self.installation = replace(self.installation, archives=(*self.installation.archives, path))

    def run(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """Change the database."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute(statement, parameters)

    def copy_row(self, table: str, key: str, values: Mapping[str, object]) -> None:
        """Add a row like the first one of a table, but for these values."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.row_factory = sqlite3.Row
            row = dict(connection.execute(f'SELECT * FROM "{table}" ORDER BY "{key}"').fetchone()) | dict(values)
            places = ", ".join("?" * len(row))
            names = ", ".join(f'"{name}"' for name in row)
            connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({places})', tuple(row.values()))

    async def items(self, stage: str, settings: ArchiveSettings | None = None) -> list[Item]:
        """All items of a stage."""
        async with opened(self.file) as database:
            stages = ArchiveStages(self.installation, database, settings or ArchiveSettings()).all()
            return await collected(next(one for one in stages if one.name == stage))


async def collected(stage: UploadStage) -> list[Item]:
    """All items of a stage."""
    batches: Sequence[Sequence[Item]] = [batch async for batch in stage.items()]
    return [item for batch in batches for item in batch]


@pytest.fixture(scope="session")
def clean_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An installation in which nothing is wrong. Not to be changed."""
    return Site(generate(tmp_path_factory.mktemp("clean") / "site", SimulationSpec(users=8, documents=400)))


@pytest.fixture(scope="session")
def planted_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An installation with four of each thing that can be wrong in the archive. Not to be changed."""
    plants = dict.fromkeys(DOCUMENT_PLANTS, 4) | {"hostile-name": 12}
    spec = SimulationSpec(users=8, documents=400, plants=plants)
    return Site(generate(tmp_path_factory.mktemp("planted") / "site", spec))


@pytest.fixture(scope="session")
def small_simulation(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    """A small installation to be copied."""
    return generate(tmp_path_factory.mktemp("small") / "site", SimulationSpec(users=5, documents=60))


@pytest.fixture
def new_site(tmp_path: Path, small_simulation: Simulation) -> Callable[[], Site]:
    """Makes an installation that a test may change."""

    def make() -> Site:
        copy = shutil.copytree(small_simulation.directory, tmp_path / "site", symlinks=True)
        return Site(replace(small_simulation, directory=copy))

    return make


@pytest.fixture
def open_database() -> Callable[[Path], AbstractAsyncContextManager[SourceDatabase]]:
    """Opens an SQLite file as a CRM database."""
    return opened
