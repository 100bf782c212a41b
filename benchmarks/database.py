"""How fast a table becomes verified rows at the embedded tenant, next to pyodbc writing it to Parquet and no more.

Run by hand: `python benchmarks/database.py [--rows 1000000] [--runs 3] [--source postgresql ...]`. Each run reads the
same table of 12 columns in turn by the peer (`fetchmany(5000)` to Parquet with zstd-1, nothing sent) and by the tool,
which exports it with its fingerprint, uploads and commits it, and has the tenant, a process of its own, import it and
compute the fingerprint again. It prints medians of seconds and of processor time (peer or tool with its tenant; the
database's own is left out), and the ratio. PostgreSQL is a private server of `tests/postgresql.py`; `sqlite` is read by
Python's own driver and compared with pyodbc on the same file.

`--long-text` takes a table of 200,000 notes, whose texts have no bound. `--against CHECKOUT` runs the tool of another
checkout as well, in turn, and stops where the two fingerprints differ.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from database_run import Took, run_once
from our_transfer import Quiet
from processes import HERE, processor_seconds
from pydantic import SecretStr
from table import median, print_table
from tenant_process import TenantProcess

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
WORDS = ("offer", "contract", "Åse", "meeting", "follow up", "fønix", "Berlin", "møte", "order", "delivery")


def _moment(chance: random.Random) -> str:
    day = f"20{chance.randrange(10, 26):02}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    return f"{day} {chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"


def sales(count: int) -> Iterator[tuple[object, ...]]:
    """Make up the rows of a table of sales, the same each time; a fifth of the descriptions is NULL."""
    chance = random.Random(1)  # noqa: S311 - the same table each time, not a secret

    def words(number: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(number))

    for number in range(1, count + 1):
        yield (
            *(number, chance.randrange(1, 80_000), chance.randrange(1, 200_000), chance.randrange(1, 60)),
            *(chance.randrange(5), chance.randrange(3), _moment(chance), _moment(chance), words(3)),
            None if chance.random() < 0.2 else f"{words(1)} {number} {words(5)}",  # noqa: PLR2004 - a fifth
            *(chance.randrange(10**7) / 100, str(chance.randrange(10**9))),
        )


def notes(count: int) -> Iterator[tuple[object, ...]]:
    """Make up the rows of a table of notes, the same each time.

    Two of its texts without a bound are long: four of ten below 100 characters, half below 1,000, one of ten below
    8,000, one of a thousand below 60,000. A fifth of the one and half of the other are NULL.
    """
    chance = random.Random(2)  # noqa: S311 - the same table each time, not a secret
    pool = " ".join(chance.choice(WORDS) for _ in range(60_000))

    def words(number: int) -> str:
        begin = chance.randrange(len(pool) - number)
        return pool[begin : begin + number]

    def text() -> str:
        lengths = ((0, 100), (100, 1_000), (1_000, 8_000), (8_000, 60_000))
        return words(chance.randrange(*chance.choices(lengths, (400, 500, 99, 1))[0]))

    for number in range(1, count + 1):
        yield (
            *(number, chance.randrange(1, 80_000), chance.randrange(1, 60), _moment(chance), _moment(chance)),
            *(words(30), words(chance.randrange(90)), None if chance.random() < 0.2 else text()),  # noqa: PLR2004
            *(None if chance.random() < 0.5 else text(), chance.randrange(10**7) / 100, chance.randrange(3)),  # noqa: PLR2004
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: its key is its name with `_id`."""

    name: str
    columns: str
    rows: Callable[[int], Iterator[tuple[object, ...]]]
    count: int

    @property
    def width(self) -> int:
        """How many columns it has."""
        return self.columns.count(",") + 1


SALE = Shape(
    "sale",
    "sale_id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, person_id INTEGER, associate_id INTEGER,"
    " status SMALLINT, done SMALLINT, registered TIMESTAMP, updated TIMESTAMP, heading VARCHAR(100),"
    " description VARCHAR(255), amount DOUBLE PRECISION, number VARCHAR(20)",
    sales,
    1_000_000,
)
NOTE = Shape(
    "note",
    "note_id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, associate_id INTEGER, registered TIMESTAMP,"
    " updated TIMESTAMP, heading VARCHAR(100), subject TEXT, body TEXT, html TEXT, amount DOUBLE PRECISION,"
    " status SMALLINT",
    notes,
    200_000,
)


@dataclass(frozen=True)
class Source:
    """One database, as the peer and as the tool get to it."""

    name: str
    odbc_string: str
    statement: str
    location: DatabaseLocation
    settings: DatabaseSettings

    def words(self) -> dict[str, object]:
        """Return what `database_run.py` is told of it."""
        location = asdict(self.location)
        if self.location.password is not None:
            location["password"] = self.location.password.get_secret_value()
        return {"name": self.name, "location": location, "settings": self.settings.model_dump(exclude_unset=True)}


@contextmanager
def prepared(name: str, shape: Shape, folder: Path, count: int) -> Iterator[Source]:
    """Make the database."""
    create = f"CREATE TABLE {shape.name} ({shape.columns})"
    if name == "postgresql":
        with tempfile.TemporaryDirectory() as place, private_postgresql(Path(place) / "cluster") as server:
            server.create_database("bench")
            text = server.odbc_string("bench")
            # Beside the cluster, where the server's own user gets to.
            file = Path(place) / "rows.csv"
            with file.open("w", encoding="utf-8", newline="") as lines:
                csv.writer(lines).writerows(shape.rows(count))
            file.chmod(0o644)
            with closing(load_pyodbc().connect(text, autocommit=True)) as connection:
                connection.execute("CREATE SCHEMA crm7")
                connection.execute("SET search_path TO crm7")
                connection.execute(create)
                connection.execute(f"COPY {shape.name} FROM '{file}' CSV")
                connection.execute(f"VACUUM ANALYZE {shape.name}")
            location = DatabaseLocation(
                dbms="postgresql",
                server=f"127.0.0.1:{server.port}",
                database="bench",
                user=LOGIN,
                password=SecretStr(PASSWORD),
            )
            fetch = f"{text};UseDeclareFetch=1;Fetch={ROWS_AT_ONCE}"
            statement = f"SELECT * FROM crm7.{shape.name} ORDER BY {shape.name}_id"  # noqa: S608 - our own
            yield Source(name, fetch, statement, location, DatabaseSettings())
        return
    path = folder / f"{name}.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(create)
        insert = f"INSERT INTO {shape.name} VALUES ({', '.join('?' * shape.width)})"  # noqa: S608 - our own
        connection.executemany(insert, shape.rows(count))
        connection.commit()
    driver = next(library for library in LIBRARIES if Path(library).exists())
    yield Source(
        name,
        f"DRIVER={driver};Database={path};StepAPI=1",
        f"SELECT * FROM {shape.name} ORDER BY {shape.name}_id",  # noqa: S608 - our own
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


def check(tenant: Path, shape: Shape, count: int) -> str:
    """Return the table's fingerprint; stop unless the tenant noted that all rows were imported and it was verified."""
    (path,) = (tenant / "databases").glob("*.duckdb")
    with duckdb.connect(str(path), read_only=True) as connection:
        noted = connection.execute('SELECT "table", rows, fingerprint FROM omt.tables').fetchall()
        stored = connection.execute(f"SELECT count(*) FROM {shape.name}").fetchone()  # noqa: S608 - our own
    if [line[:2] for line in noted] != [(shape.name, count)] or stored != (count,):
        sys.exit(f"not all rows arrived: {noted}, {stored}")
    return str(noted[0][2])


@dataclass
class Times:
    """What the runs took, with a tenant that takes part."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    committed: list[float] = field(default_factory=list)

    @contextmanager
    def measured(self, tenant: TenantProcess) -> Iterator[None]:
        """Note the time of one run."""
        begun, processor = time.perf_counter(), time.process_time() + processor_seconds(tenant.pid)
        yield
        self.seconds.append(time.perf_counter() - begun)
        self.processor.append(time.process_time() + processor_seconds(tenant.pid) - processor)

    def note(self, took: Took) -> None:
        """Note what one run in a process of its own took."""
        self.seconds.append(took.seconds)
        self.processor.append(took.processor)
        self.committed.append(took.committed)

    def line(self, name: str, count: int) -> tuple[str, str, str, str]:
        """Return the line of the table."""
        seconds = median(self.seconds)
        return name, f"{seconds:.2f}", f"{count / seconds:.0f}", f"{median(self.processor):.2f}"


def compare(source: Source, shape: Shape, folder: Path, arguments: argparse.Namespace) -> None:
    """Run all in turns and print the table."""
    count = arguments.rows or shape.count
    peers, versions = Times(), {HERE.parent: Times()}
    if arguments.against is not None:
        versions = {arguments.against.resolve(): Times(), **versions}
    digests = set()
    for run in range(arguments.runs):
        begun, processor = time.perf_counter(), time.process_time()
        peer(source, folder / "peer.parquet")
        peers.note(Took(time.perf_counter() - begun, 0, time.process_time() - processor))
        for place, (checkout, times) in enumerate(versions.items()):
            within = folder / f"run-{run}-{place}"
            times.note(run_once(checkout, source.words(), within))
            digests.add(check(within / "tenant", shape, count))
            shutil.rmtree(within)
    if len(digests) != 1:
        sys.exit(f"the fingerprints differ: {digests}")
    print(f"{source.name}, {shape.name}, {count} rows, load {os.getloadavg()[0]:.1f}")
    ours = versions.pop(HERE.parent)
    lines = [
        peers.line("pyodbc to Parquet, not sent", count),
        *(times.line(f"omt of {checkout.name}", count) for checkout, times in versions.items()),
        ours.line("omt, verified rows at the tenant", count),
    ]
    print_table(("", "seconds", "rows/s", "processor s"), lines)
    for name, times in (("pyodbc", peers), *((checkout.name, times) for checkout, times in versions.items())):
        ratio = median(times.seconds) / median(ours.seconds)
        work = median(times.processor) / median(ours.processor)
        print(f"ratio to {name} {ratio:.2f}, of processor time {work:.2f}")
    print(f"committed after {median(ours.committed):.2f} s\n", flush=True)


def main(words: Sequence[str] | None = None) -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--source", choices=SOURCES, action="append")
    parser.add_argument("--long-text", action="store_true")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT")
    arguments = parser.parse_args(words)
    shape = NOTE if arguments.long_text else SALE
    for name in arguments.source or (SOURCES[:1] if arguments.long_text else SOURCES):
        with (
            tempfile.TemporaryDirectory() as place,
            prepared(name, shape, Path(place), arguments.rows or shape.count) as source,
        ):
            compare(source, shape, Path(place), arguments)


if __name__ == "__main__":
    main()
