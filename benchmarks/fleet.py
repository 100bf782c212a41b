"""Archives behind lines of their own, sent by as many Dask workers: what 1, 2 and 4 of them bring.

As a program: `python benchmarks/fleet.py`, with `contrib/omt_dask` installed. The files are as many for every number of
workers, in as many folders as there are workers; before each worker's way to the tenant is a line with a delay and a
rate, which is to be the limit. The time is that of the transfer, from connecting to the scheduler until the stage's
manifest is committed, the median of `--repeat`. Scheduler and workers are there by then, as they are where several
machines serve; one local worker is what a transfer starts for itself, and its start is in the time. All are processes
of this machine, so that what they compute is computed by its cores.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import anyio
from archive import small_files
from delay_proxy import long_line
from distributed import Client
from omt_dask import DaskSettings
from omt_dask.tool.transfer import transfer_by_fleet
from our_transfer import Quiet, stage_over
from processes import processor_seconds, processor_seconds_with_children, running
from table import print_table
from tenant_process import TenantProcess, tenant_process

from omt_core.api.calls import ConnectOnline, Transfer
from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.installation import Licence
from omt_core.engine.upload.rate import FileRateLimiter, RateLimit, write_limit
from omt_core.journal import Journal
from omt_online.client import ClientSettings, connect
from omt_upload.settings import UploadSettings
from omt_upload.transfer import transfer

_BATCHES = 4
_ALONE = "alone"
_LOCAL = "local"


def main() -> None:
    """Measure, and print a table."""
    options = _options()
    names = {_ALONE: "the tool alone, one line", _LOCAL: "one local worker, one line"}
    rows: list[tuple[str, _Took]] = []
    with tempfile.TemporaryDirectory() as folder:
        for way in options.by:
            turns = [_measured(Path(folder) / f"{way}-{turn}", way, options) for turn in range(options.repeat)]
            print(f"{way}: {', '.join(f'{took.seconds:.1f}' for took in turns)} s", file=sys.stderr)
            median = _Took(*(statistics.median(column) for column in zip(*turns, strict=True)))
            rows.append((names.get(way, f"workers there: {way}"), median))
    first = rows[0][1].seconds
    print_table(
        ("sent by", "seconds", "files/s", "times the first", *(f"processor s: {name}" for name in _Took._fields[1:])),
        [
            (
                name,
                f"{took.seconds:.1f}",
                f"{options.files / took.seconds:.0f}",
                f"{first / took.seconds:.2f}",
                *(f"{seconds:.1f}" for seconds in took[1:]),
            )
            for name, took in rows
        ],
    )


class _Took(NamedTuple):
    """Seconds by the clock, and of processor time: the tool's, that of its readers or its fleet, and the tenant's."""

    seconds: float
    tool: float
    others: float
    tenant: float


def _measured(folder: Path, way: str, options: argparse.Namespace) -> _Took:
    archives = folder / "archives"
    roots = [archives / f"root{number}" for number in range(options.folders)]
    each = options.files // len(roots)
    for number, root in enumerate(roots):
        small_files(root, each, options.size, first=number * each)
    workers = int(way) if way.isdigit() else 1
    homes = [f"home{number}" for number in range(workers)]
    with ExitStack() as stack:
        tenant = stack.enter_context(tenant_process(folder / "tenant"))
        lines = [stack.enter_context(long_line(tenant.port, options.round_trip, options.rate)) for _ in homes]
        port, settings, cluster = tenant.port, None, _Cluster("", ())
        if way in {_ALONE, _LOCAL}:
            port = lines[0]
        if way == _LOCAL:
            local = {"local_workers": 1, "worker_batches": _BATCHES, "online": {"url": f"http://127.0.0.1:{lines[0]}"}}
            settings = DaskSettings.model_validate(local)
        elif way != _ALONE:
            cluster = stack.enter_context(_cluster(folder, homes))
            settings = DaskSettings.model_validate(
                {
                    "scheduler": cluster.address,
                    "homes": {
                        home: {
                            "roots": {str(root): str(root) for root in roots[number::workers]},
                            "online": {"url": f"http://127.0.0.1:{line}"},
                        }
                        for number, (home, line) in enumerate(zip(homes, lines, strict=True))
                    },
                }
            )
        before = _processor_seconds(cluster, tenant)
        seconds = anyio.run(_transferred, tenant, port, settings, folder, archives)
        after = _processor_seconds(cluster, tenant)
        if tenant.committed() != each * len(roots):
            raise SystemExit(f"The tenant has verified {tenant.committed()} files of {each * len(roots)}.")
    return _Took(seconds, *(late - early for early, late in zip(before, after, strict=True)))


def _processor_seconds(cluster: _Cluster, tenant: TenantProcess) -> tuple[float, float, float]:
    """Return the processor time so far: of this process, of its children and a cluster, and of the tenant."""
    own = os.times()
    fleet = sum(map(processor_seconds_with_children, cluster.processes))
    return own.user + own.system, own.children_user + own.children_system + fleet, processor_seconds(tenant.pid)


class _Cluster(NamedTuple):
    """Where a scheduler is, and the ids of its process and its workers'."""

    address: str
    processes: Sequence[int]


@contextmanager
def _cluster(folder: Path, homes: list[str]) -> Iterator[_Cluster]:
    """Run a scheduler, and a worker for each home; all of them on loopback, and so without certificates."""
    file = folder / "scheduler.json"
    place = ["--scheduler-file", str(file), "--host", "127.0.0.1"]
    options = {"stderr": subprocess.DEVNULL, "env": {**os.environ, "DASK_CONFIG": str(folder)}, "cwd": folder}
    dask = [sys.executable, "-m", "dask"]
    with ExitStack() as stack:
        port = ["--port", "0", "--dashboard-address", "127.0.0.1:0", "--preload", "omt_dask.worker"]
        processes = [stack.enter_context(running([*dask, "scheduler", *place, *port], **options)).pid]
        while not file.exists() or not file.read_text("utf-8").endswith("}"):
            time.sleep(0.1)
        address = json.loads(file.read_text("utf-8"))["address"]
        for home in homes:
            own = ["--name", home, "--no-nanny", "--nthreads", str(_BATCHES), "--resources", f"{home}={_BATCHES}"]
            words = [*dask, "worker", address, "--host", "127.0.0.1", "--preload", "omt_dask.worker", *own]
            processes.append(stack.enter_context(running(words, **options)).pid)
        with Client(address) as client:
            client.wait_for_workers(len(homes))
        yield _Cluster(address, processes)


async def _transferred(
    tenant: TenantProcess, port: int, settings: DaskSettings | None, folder: Path, archives: Path
) -> float:
    workspace = folder / "work"
    workspace.mkdir()
    quiet = Quiet(workspace)
    write_limit(workspace / "limit", RateLimit.always(None))
    online = ClientSettings(url=f"http://127.0.0.1:{port}", token_file=Path(tenant.token_file))
    target = await connect(online, ConnectOnline(run=quiet))
    migration = await target.open(Licence(owner="Uno", serial="1", version="8.5"), MigrationKind.TEST, None)
    async with Journal.open(workspace / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        call = Transfer(
            stages=[stage_over(archives)],
            snapshot="s1",
            migration=migration,
            journal=journal,
            notes=journal.notes.of("transfer"),
            workspace=workspace,
            rate=FileRateLimiter(workspace / "limit"),
            stop=quiet,
            run=quiet,
        )
        begun = time.perf_counter()
        if settings is None:
            await transfer(call, UploadSettings())
        else:
            await transfer_by_fleet(call, settings)
        took = time.perf_counter() - begun
    await migration.aclose()
    await target.aclose()
    return took


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--size", type=int, default=20_000, help="mean bytes of a file")
    parser.add_argument("--rate", type=float, default=250_000, help="bytes a second of each line")
    parser.add_argument("--round-trip", type=float, default=0.04, help="seconds")
    parser.add_argument("--by", nargs="+", default=[_ALONE, _LOCAL, "1", "2", "4"], help="alone, local, or workers")
    parser.add_argument("--folders", type=int, default=4, help="folders of the archive, shared out among the workers")
    parser.add_argument("--repeat", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
