"""The same installation on each database system that can be had: whatever driver reads it, the same arrives online."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from omt_core.api.errors import InstallationError
from omt_database.drivers.odbc import load_pyodbc
from omt_simulator import SimulationSpec, generate
from tests.e2e.omt import Ended, Site, Tenant, run, serving, start
from tests.plugins.omt_database.engines import require_sqlite_odbc, unavailable
from tests.postgresql import private_postgresql

ENGINES = [
    pytest.param("sqlite-odbc", marks=pytest.mark.odbc),
    pytest.param("postgresql", marks=[pytest.mark.odbc, pytest.mark.postgresql]),
]
SQLITE_KEEPS_DECIMALS_AS_TEXT = {"y_equipment"}
"""The table with a DECIMAL column, a type that SQLite has not: its fingerprint is that of text there."""

Tables = Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An installation on one database system, and the settings that choose its driver."""

    name: str
    site: Site
    settings: Mapping[str, str]

    def migrate(self, tenant: Tenant, workspace: Path) -> Ended:
        """Run a test migration, which leaves the installation as it is."""
        return run(*self.words(tenant, workspace), folder=workspace.parent, extra=self.settings)

    def words(self, tenant: Tenant, workspace: Path) -> tuple[str | Path, ...]:
        """The command of a test migration."""
        return ("migrate", "--answers", self.site.answer(tenant, test_migration=True), "--workspace", workspace)


def made(folder: Path, name: str, *, dsn: str | None = None, driver: str = "stdlib") -> Engine:
    directory = folder / "site"
    generate(directory, SimulationSpec(users=8, documents=40, dbms="sqlite" if dsn is None else "postgresql", dsn=dsn))
    site = Site(folder=folder, directory=directory, answers=directory / "answers.toml")
    return Engine(name=name, site=site, settings={"OMT_DATABASE__SQLITE_DRIVER": driver})


@pytest.fixture(scope="module")
def stdlib(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """What arrives online when Python's own driver reads the installation."""
    folder = tmp_path_factory.mktemp("stdlib")
    engine = made(folder, "stdlib")
    with serving(folder, words=engine.site.plans) as tenant:
        assert engine.migrate(tenant, folder / "work").code == 0
        return imported(tenant)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    if request.param == "sqlite-odbc":
        require_sqlite_odbc()
        yield made(folder, request.param, driver="odbc")
        return
    require_postgresql_odbc()
    with TemporaryDirectory() as cluster, private_postgresql(Path(cluster) / "cluster") as server:
        server.create_database("crm")
        yield made(folder, request.param, dsn=server.odbc_string("crm"))


def require_postgresql_odbc() -> None:
    """Skip on a laptop without PostgreSQL's ODBC driver, fail in CI, as for all the rest that these tests need."""
    try:
        drivers = load_pyodbc().drivers()
    except InstallationError as error:
        unavailable(error.message)
    if "PostgreSQL Unicode" not in drivers:
        unavailable("PostgreSQL's ODBC driver is not installed (Debian: odbc-postgresql)")


def imported(tenant: Tenant) -> Tables:
    """Row count and fingerprint of each table that the tenant holds. PostgreSQL folds names to lower case."""
    (file,) = (tenant.directory / "databases").glob("*.duckdb")
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute('SELECT "table", rows, fingerprint FROM omt.tables').fetchall()
    return {name.lower(): (count, fingerprint) for name, count, fingerprint in rows}


def assert_same(tables: Tables, expected: Tables) -> None:
    assert {name: rows for name, (rows, _) in tables.items()} == {name: rows for name, (rows, _) in expected.items()}
    differing = {name for name, told in tables.items() if told != expected[name]}
    assert differing <= SQLITE_KEEPS_DECIMALS_AS_TEXT


def test_a_whole_migration_brings_the_same_rows(tmp_path: Path, engine: Engine, stdlib: Tables) -> None:
    with serving(tmp_path, words=engine.site.plans) as tenant:
        done = engine.migrate(tenant, tmp_path / "work")
        assert done.code == 0, done.errors
        assert {finding["severity"] for finding in done.result["findings"]} == {"info"}
        assert run("verify", done.result["receipt"], "--tenant", tenant.url, folder=tmp_path).code == 0
        assert_same(imported(tenant), stdlib)
    assert run("tenant", "verify", tenant.directory, folder=tmp_path).code == 0


@pytest.mark.posix("the test speaks POSIX signals")
def test_a_tool_that_was_killed_while_it_read_the_database_reads_it_anew(
    tmp_path: Path, engine: Engine, stdlib: Tables
) -> None:
    with serving(tmp_path, words=engine.site.plans) as tenant:
        words = engine.words(tenant, tmp_path / "work")
        process = start(*words, "--limit-rate", "1M", folder=tmp_path, extra=engine.settings)
        assert process.stdout is not None
        for line in map(json.loads, process.stdout):
            if line["event"] == "progress" and line["stage"] == "database" and line["items_done"]:
                process.send_signal(signal.SIGKILL)
                break
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        done = engine.migrate(tenant, tmp_path / "work")
        assert done.code == 0, done.errors
        assert run("verify", done.result["receipt"], "--tenant", tenant.url, folder=tmp_path).code == 0
        assert_same(imported(tenant), stdlib)
