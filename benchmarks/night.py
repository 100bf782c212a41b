"""A night's worth: how long a whole migration takes on a slow line, what held it up in each minute, and its estimate.

Run by hand: `python benchmarks/night.py [--share 0.2] [--rate 12000000] [--round-trip 30]`. An installation in the
shape of 50 GB is made at a fiftieth: beside the simulated tables 200 with 30 million cells and long text, and 100,000
documents; `--share` makes it smaller still. `omt estimate` and then `omt migrate` run against a tenant in a process of
its own, behind a proxy that carries so many bytes a second. The time is that of the command, from its start to the
receipt. It exits with 1 where the line was the limit for no more than 80 % of it.

What was the limit is decided second by second, by the first of these that holds:

- `line`: it carried nine tenths of what it can;
- `processor`: nine tenths of all cores were busy, whoever used them;
- `tenant`: it took more processor time than the tool;
- `source`: none of these, so that the tool waited for the database or the archive, or for one core of its own.

A minute is called by what was the limit for most of its seconds.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from archive import archive_in, word_list
from delay_proxy import long_line
from table import print_table
from whole_migration import Ran, Site, build, run, served

from omt_simulator.installation.connection import SQLITE_FILE

_DOCUMENTS = 100_000
_MEDIAN_BYTES = 3_000
_TABLES = 200
_ROWS = 15_000
"""With 10 columns in 200 tables they are 30 million cells."""

_FULL = 0.9
_GOAL = 0.8
_COLUMNS = (
    "id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, person_id INTEGER, associate_id INTEGER, status SMALLINT,"
    " registered TIMESTAMP, heading VARCHAR(100), amount DOUBLE PRECISION, number VARCHAR(20), description TEXT"
)
_LONG_EVERY = 8
_LONGEST_TEXT = 4_000
_POOL = 4_000_000


def add_tables(site: Site, rows: int) -> None:
    """Add the tables to a simulated database; one row in eight has a long text, the same rows each time."""
    chance = random.Random(1)  # noqa: S311 - the same tables each time, not a secret
    words, weights = word_list(chance)
    pool = " ".join(chance.choices(words, weights, k=_POOL // 6))

    def text(longest: int) -> str:
        begin = chance.randrange(len(pool) - longest)
        return pool[begin : begin + chance.randrange(longest)]

    def row(number: int) -> tuple[object, ...]:
        day = f"20{chance.randrange(10, 26):02}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        moment = f"{day} {chance.randrange(24):02}:{chance.randrange(60):02}:00"
        return (
            *(number, chance.randrange(80_000), chance.randrange(200_000), chance.randrange(60), chance.randrange(5)),
            *(moment, text(60), chance.randrange(10**7) / 100, str(chance.randrange(10**9))),
            text(_LONGEST_TEXT) if number % _LONG_EVERY == 0 else None,
        )

    path = site.folder / "machine" / SQLITE_FILE.replace("C:", "C").replace("\\", "/")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for table in range(1, _TABLES + 1):
            connection.execute(f"CREATE TABLE y_night_{table:03} ({_COLUMNS})")
            insert = f"INSERT INTO y_night_{table:03} VALUES (?{', ?' * 9})"  # noqa: S608 - a number of our own
            connection.executemany(insert, map(row, range(1, rows + 1)))
        connection.commit()


@dataclass(frozen=True, slots=True)
class Second:
    """One second: processor seconds of tool and tenant in it, and the shares of all cores and of the line in use."""

    tool: float
    tenant: float
    cores: float
    line: float

    @property
    def limit(self) -> str:
        """What was the limit."""
        if self.line >= _FULL:
            return "line"
        if self.cores >= _FULL:
            return "processor"
        return "tenant" if self.tenant > self.tool else "source"


@dataclass
class Watch:
    """Looks at tool and tenant once a second, from a thread of its own."""

    tenant: int
    looks: list[tuple[float, float, float, float]] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch until the context ends."""
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _watch(self) -> None:
        tool: dict[tuple[int, float], float] = {}
        while not self._over.wait(1 - time.time() % 1):
            for child in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    if "migrate" in child.cmdline() or child.ppid() != os.getpid():
                        tool[child.pid, child.create_time()] = sum(child.cpu_times()[:2])
            with suppress(psutil.Error):
                tenant = psutil.Process(self.tenant)
                tool.pop((self.tenant, tenant.create_time()), None)
                busy = psutil.cpu_percent() / 100
                self.looks.append((time.time(), sum(tool.values()), sum(tenant.cpu_times()[:2]), busy))

    def seconds(self, account: Mapping[int, int], rate: float) -> list[Second]:
        """Return what was seen, with what the line says of it."""
        found = []
        for (before, tool, tenant, _), (now, tool_now, tenant_now, busy) in pairwise(self.looks):
            span = max(now - before, 1e-3)
            line = account.get(int(before + span / 2), 0) / rate
            found.append(Second((tool_now - tool) / span, (tenant_now - tenant) / span, busy, line))
        return found


def main() -> None:
    """Read the options, build, estimate, migrate, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="of documents and rows")
    parser.add_argument("--rate", type=float, default=12e6, help="bytes a second")
    parser.add_argument("--round-trip", type=float, default=30.0, help="milliseconds")
    parser.add_argument("--site", type=Path, help="a folder that keeps the installation: made there once, then taken")
    parser.add_argument("--interval", type=int, default=60, help="seconds of a row of the table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = _site(options.site or folder / "site", options.share)
        archive, database = archive_in(site.archive), next(site.folder.rglob("*.sqlite")).stat().st_size
        print(f"{archive.files} files, {archive.size / 1e6:.0f} MB; a database of {database / 1e6:.0f} MB")
        account = folder / "account"
        with served(site, folder / "tenant") as tenant:
            port = urlsplit(tenant.environment["OMT_ONLINE__URL"]).port or 0
            with long_line(port, options.round_trip / 1_000, options.rate, account) as line:
                environment = {**tenant.environment, "OMT_ONLINE__URL": f"http://127.0.0.1:{line}"}
                words = ["--answers", str(site.folder / "answers.toml"), "--workspace", str(folder / "workspace")]
                estimate = run("estimate", *words, environment=environment)
                account.unlink(missing_ok=True)
                watch = Watch(tenant.pid)
                with watch.watching():
                    ran = run("migrate", *words, environment=environment)
        told = dict(map(_pair, account.read_text().splitlines()))
    print(f"processor seconds: tool {ran.processor:.0f}, tenant {watch.looks[-1][2] - watch.looks[0][2]:.0f}")
    _tell(estimate, ran, watch.seconds(told, options.rate), sum(told.values()), options)


def _site(folder: Path, share: float) -> Site:
    """Return the installation in a folder, made if it is not there; one that was not finished is not taken for it."""
    if not folder.is_dir():
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        site = build(unfinished, documents=int(_DOCUMENTS * share), users=200, median_bytes=_MEDIAN_BYTES)
        add_tables(site, int(_ROWS * share))
        unfinished.rename(folder)
    return Site.at(folder)


def _pair(line: str) -> tuple[int, int]:
    second, size = line.split()
    return int(second), int(size)


def _tell(estimate: Ran, ran: Ran, seconds: list[Second], sent: int, options: argparse.Namespace) -> None:
    rows = []
    for begin in range(0, len(seconds), options.interval):
        part = seconds[begin : begin + options.interval]
        limits = Counter(second.limit for second in part)
        rows.append(
            [
                f"{begin / 60:.1f}",
                limits.most_common(1)[0][0],
                *(f"{limits[limit] / len(part):.0%}" for limit in ("line", "processor", "tenant", "source")),
                f"{sum(second.line for second in part) / len(part):.0%}",
                f"{sum(second.tool for second in part) / len(part):.2f}",
                f"{sum(second.tenant for second in part) / len(part):.2f}",
            ]
        )
    head = ["minute", "limit", "line", "processor", "tenant", "source", "line carried", "tool's cores", "tenant's"]
    print_table(head, rows)
    said = estimate.told["estimate"]
    share = sum(second.limit == "line" for second in seconds) / len(seconds)
    print(
        f"{ran.seconds:.0f} s to the receipt, {sent / 1e6:.0f} MB on the line, which alone would take"
        f" {sent / options.rate:.0f} s; it was the limit for {share:.0%}; estimated before:"
        f" {said['shortest_seconds']:.0f} to {said['longest_seconds']:.0f} s"
    )
    sys.exit(share <= _GOAL)


if __name__ == "__main__":
    main()
