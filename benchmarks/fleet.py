"""Archives behind lines of their own, sent by as many Dask workers: what 1, 2 and 4 of them bring.

As a program: `python benchmarks/fleet.py`, with `contrib/omt_dask` installed. The files are as many for every number of
workers, in as many folders as there are workers; before each worker's way to the tenant is a line with a delay and a
rate, which is to be the limit. The time is that of the transfer, from connecting to the scheduler until the stage's
manifest is committed, the best of `--repeat`. Scheduler and workers are processes of this machine, so that what all of
them compute is computed by its cores.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import anyio
from archive import small_files
from delay_proxy import long_line
from omt_dask import DaskSettings
from omt_dask.tool.transfer import transfer_by_fleet
from our_transfer import Quiet, stage_over
from processes import running
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


def main() -> None:
    """Measure, and print a table."""
    options = _options()
    rows: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for workers in (0, *options.workers):
            seconds = min(
                _measured(Path(folder) / f"{workers}-{turn}", workers, options) for turn in range(options.repeat)
            )
            print(f"{workers}: {seconds:.1f} s", file=sys.stderr)
            rows.append(("the tool alone, one line" if not workers else f"{workers} of Dask's workers", seconds))
    alone = rows[1][1]
    print_table(
        ("sent by", "seconds", "files/s", "times one worker"),
        [(name, f"{took:.1f}", f"{options.files / took:.0f}", f"{alone / took:.2f}") for name, took in rows],
    )


def _measured(folder: Path, workers: int, options: argparse.Namespace) -> float:
    archives = folder / "archives"
    folders = [archives / f"home{number}" for number in range(max(1, workers))]
    for home in folders:
        small_files(home, options.files // len(folders), options.size)
    with ExitStack() as stack:
        tenant = stack.enter_context(tenant_process(folder / "tenant"))
        lines = [stack.enter_context(long_line(tenant.port, options.round_trip, options.rate)) for _ in folders]
        if not workers:
            return anyio.run(_transferred, tenant, lines[0], None, folder, archives)
        address = stack.enter_context(_cluster(folder, [home.name for home in folders]))
        settings = DaskSettings.model_validate(
            {
                "scheduler": address,
                "homes": {
                    home.name: {"roots": {str(home): str(home)}, "online": {"url": f"http://127.0.0.1:{line}"}}
                    for home, line in zip(folders, lines, strict=True)
                },
            }
        )
        return anyio.run(_transferred, tenant, tenant.port, settings, folder, archives)


@contextmanager
def _cluster(folder: Path, homes: list[str]) -> Iterator[str]:
    """Run a scheduler, and a worker for each home; all of them on loopback, and so without certificates."""
    file = folder / "scheduler.json"
    place = ["--scheduler-file", str(file), "--host", "127.0.0.1"]
    options = {"stderr": subprocess.DEVNULL, "env": {**os.environ, "DASK_CONFIG": str(folder)}, "cwd": folder}
    dask = [sys.executable, "-m", "dask"]
    with ExitStack() as stack:
        port = ["--port", "0", "--dashboard-address", "127.0.0.1:0"]
        stack.enter_context(running([*dask, "scheduler", *place, *port], **options))
        while not file.exists():
            time.sleep(0.1)
        address = file.read_text("utf-8").partition('"address": "')[2].partition('"')[0]
        for home in homes:
            own = ["--name", home, "--no-nanny", "--nthreads", str(_BATCHES), "--resources", f"{home}={_BATCHES}"]
            stack.enter_context(
                running(
                    [*dask, "worker", address, "--host", "127.0.0.1", "--preload", "omt_dask.worker", *own], **options
                )
            )
        yield address


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
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--repeat", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
