"""How fast a table becomes verified rows at the embedded tenant, next to pyodbc writing it to Parquet and no more.

Run by hand: `python benchmarks/database.py [--rows 1000000] [--runs 3] [--source postgresql ...]`. Each run reads the
same table of 12 columns in turn by the peer (`fetchmany(5000)` to Parquet with zstd-1, nothing sent) and by the tool,
which exports it with its fingerprint, uploads and commits it, and has the tenant, a process of its own, import it and
compute the fingerprint again. It prints medians of seconds and of processor time (peer or tool with its tenant; the
database's own is left out), and the ratio. PostgreSQL is a private server of `tests/postgresql.py`; `sqlite` is read by
Python's own driver and compared with pyodbc on the same file.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from our_transfer import Quiet
from processes import processor_seconds
from pydantic import SecretStr
from table import median, print_table
from tenant_process import TenantProcess, tenant_process

from omt_core.api.calls import ConnectOnline, Transfer
from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.installation import DatabaseLocation, Licence
from omt_core.api.online import CompletionRequest
from omt_core.engine.upload.rate import FileRateLimiter
from omt_core.journal import Journal
from omt_database.drivers.choice import choose_driver
from omt_database.drivers.odbc import load_pyodbc
from omt_database.drivers.sqlite_odbc import LIBRARIES
from omt_database.export.stage import DatabaseExport
from omt_database.settings import DatabaseSettings
from omt_database.source import CrmDatabase
from omt_online.client import ClientSettings, connect
from omt_upload.settings import UploadSettings
from omt_upload.transfer import transfer

sys.path.append(str(Path(__file__).parents[1]))
from tests.postgresql import LOGIN, PASSWORD, private_postgresql

SOURCES = ("postgresql", "sqlite-odbc", "sqlite")
ROWS_AT_ONCE = 5_000
CREATE = """
CREATE TABLE sale (
  sale_id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, person_id INTEGER, associate_id INTEGER, status SMALLINT,
  done SMALLINT, registered TIMESTAMP, updated TIMESTAMP, heading VARCHAR(100), description VARCHAR(255),
  amount DOUBLE PRECISION, number VARCHAR(20))"""
INSERT = "INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
WORDS = ("offer", "contract", "Åse", "meeting", "follow up", "fønix", "Berlin", "møte", "order", "delivery")


def rows(count: int) -> Iterator[tuple[object, ...]]:
    """Make up the rows of a table of sales, the same each time; a fifth of the descriptions is NULL."""
    chance = random.Random(1)  # noqa: S311 - the same table each time, not a secret

    def moment() -> str:
        day = f"20{chance.randrange(10, 26):02}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        return f"{day} {chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"

    def words(number: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(number))

    for number in range(1, count + 1):
        yield (
            *(number, chance.randrange(1, 80_000), chance.randrange(1, 200_000), chance.randrange(1, 60)),
            *(chance.randrange(5), chance.randrange(3), moment(), moment(), words(3)),
            None if chance.random() < 0.2 else f"{words(1)} {number} {words(5)}",  # noqa: PLR2004 - a fifth
            *(chance.randrange(10**7) / 100, str(chance.randrange(10**9))),
        )


@dataclass(frozen=True)
class Source:
    """One database, as the peer and as the tool get to it."""

    name: str
    odbc_string: str
    statement: str
    location: DatabaseLocation
    settings: DatabaseSettings


@contextmanager
def prepared(name: str, folder: Path, count: int) -> Iterator[Source]:
    """Make the database."""
    if name == "postgresql":
        with tempfile.TemporaryDirectory() as place, private_postgresql(Path(place) / "cluster") as server:
            server.create_database("bench")
            text = server.odbc_string("bench")
            # Beside the cluster, where the server's own user gets to.
            file = Path(place) / "sale.csv"
            with file.open("w", encoding="utf-8", newline="") as lines:
                csv.writer(lines).writerows(rows(count))
            file.chmod(0o644)
            with closing(load_pyodbc().connect(text, autocommit=True)) as connection:
                connection.execute("CREATE SCHEMA crm7")
                connection.execute("SET search_path TO crm7")
                connection.execute(CREATE)
                connection.execute(f"COPY sale FROM '{file}' CSV")
                connection.execute("VACUUM ANALYZE sale")
            location = DatabaseLocation(
                dbms="postgresql",
                server=f"127.0.0.1:{server.port}",
                database="bench",
                user=LOGIN,
                password=SecretStr(PASSWORD),
            )
            fetch = f"{text};UseDeclareFetch=1;Fetch={ROWS_AT_ONCE}"
            yield Source(name, fetch, "SELECT * FROM crm7.sale ORDER BY sale_id", location, DatabaseSettings())
        return
    path = folder / f"{name}.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(CREATE)
        connection.executemany(INSERT, rows(count))
        connection.commit()
    driver = next(library for library in LIBRARIES if Path(library).exists())
    yield Source(
        name,
        f"DRIVER={driver};Database={path};StepAPI=1",
        "SELECT * FROM sale ORDER BY sale_id",
        DatabaseLocation(dbms="sqlite", database=str(path)),
        DatabaseSettings(sqlite_driver="odbc" if name == "sqlite-odbc" else "stdlib"),
    )


def peer(source: Source, path: Path) -> None:
    """Read the table with pyodbc and write it as Parquet, nothing else."""
    with closing(load_pyodbc().connect(source.odbc_string, autocommit=False)) as connection:
        cursor = connection.execute(source.statement)
        names = [column[0] for column in cursor.description]
        writer: Any = None
        while some := cursor.fetchmany(ROWS_AT_ONCE):
            table = pa.table([pa.array(values) for values in zip(*some, strict=True)], names=names)
            if writer is None:
                writer = pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=1)
            writer.write_table(table)
        writer.close()


async def tool(source: Source, workspace: Path, tenant: TenantProcess) -> float:
    """Bring the table to the tenant, verified, and return how many seconds had passed when it was committed."""
    quiet = Quiet(workspace)
    online = ClientSettings(url=f"http://127.0.0.1:{tenant.port}", token_file=Path(tenant.token_file))
    begun = time.perf_counter()
    database = await CrmDatabase.open(choose_driver(source.location, source.settings))
    target = await connect(online, ConnectOnline(run=quiet))
    migration = await target.open(Licence(owner="Uno", serial="1", version="8.5"), MigrationKind.TEST, None)
    async with database.snapshot() as snapshot, Journal.open(workspace / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        stage = DatabaseExport(database, source.settings, workspace, print, print).stage("database")
        call = Transfer(
            stages=[stage],
            snapshot=snapshot,
            migration=migration,
            journal=journal,
            notes=journal.notes.of("transfer"),
            workspace=workspace,
            rate=FileRateLimiter(workspace / "limit"),
            stop=quiet,
            run=quiet,
        )
        await transfer(call, UploadSettings())
    committed = time.perf_counter() - begun
    async for _ in migration.complete(CompletionRequest()):
        pass
    await migration.aclose()
    await target.aclose()
    await database.aclose()
    return committed


def check(tenant: Path, count: int) -> None:
    """Stop unless the tenant noted that all rows were imported and their fingerprint verified."""
    (path,) = (tenant / "databases").glob("*.duckdb")
    with duckdb.connect(str(path), read_only=True) as connection:
        noted = connection.execute('SELECT "table", rows FROM omt.tables').fetchall()
        stored = connection.execute("SELECT count(*) FROM sale").fetchone()
    if noted != [("sale", count)] or stored != (count,):
        sys.exit(f"not all rows arrived: {noted}, {stored}")


@dataclass
class Times:
    """What the runs took, with a tenant that takes part."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @contextmanager
    def measured(self, tenant: TenantProcess) -> Iterator[None]:
        """Note the time of one run."""
        begun, processor = time.perf_counter(), time.process_time() + processor_seconds(tenant.pid)
        yield
        self.seconds.append(time.perf_counter() - begun)
        self.processor.append(time.process_time() + processor_seconds(tenant.pid) - processor)

    def line(self, name: str, count: int) -> tuple[str, str, str, str]:
        """Return the line of the table."""
        seconds = median(self.seconds)
        return name, f"{seconds:.2f}", f"{count / seconds:.0f}", f"{median(self.processor):.2f}"


def compare(source: Source, folder: Path, arguments: argparse.Namespace) -> None:
    """Run both in turns and print the table."""
    peers, tools, committed = Times(), Times(), []
    for run in range(arguments.runs):
        with tenant_process(folder / f"tenant-{run}") as tenant:
            with peers.measured(tenant):
                peer(source, folder / "peer.parquet")
            workspace = folder / f"workspace-{run}"
            workspace.mkdir()
            with tools.measured(tenant):
                committed.append(anyio.run(tool, source, workspace, tenant))
        check(tenant.folder, arguments.rows)
    print(f"{source.name}, {arguments.rows} rows, load {os.getloadavg()[0]:.1f}")
    lines = [
        peers.line("pyodbc to Parquet, not sent", arguments.rows),
        tools.line("omt, verified rows at the tenant", arguments.rows),
    ]
    print_table(("", "seconds", "rows/s", "processor s"), lines)
    ratio = median(peers.seconds) / median(tools.seconds)
    work = median(peers.processor) / median(tools.processor)
    print(f"committed after {median(committed):.2f} s; ratio {ratio:.2f}, of processor time {work:.2f}\n", flush=True)


def main(words: Sequence[str] | None = None) -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--source", choices=SOURCES, action="append")
    arguments = parser.parse_args(words)
    for name in arguments.source or SOURCES:
        with tempfile.TemporaryDirectory() as place, prepared(name, Path(place), arguments.rows) as source:
            compare(source, Path(place), arguments)


if __name__ == "__main__":
    main()
