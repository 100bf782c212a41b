"""How fast small files become verified and durable at the embedded tenant, over loopback, in a process of its own.

Run by hand: `python benchmarks/small_files.py [--files 20000] [--mean-size 39000] [--reading processes]`. It prints
files and megabytes a second of a first run, of a second run that finds nothing to do, and of a run whose journal was
lost, so that everything is negotiated again.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.to_thread

from omt_core.api.calls import ConnectOnline, Transfer
from omt_core.api.decisions import Kind, Mode
from omt_core.api.events import Event
from omt_core.api.installation import Licence
from omt_core.api.items import Item
from omt_core.api.stages import UploadStage
from omt_core.journal import Journal
from omt_online.client import ClientSettings, connect
from omt_upload.settings import UploadSettings
from omt_upload.transfer import transfer

_SERVE = """
import json, sys
from pathlib import Path
import anyio
import anyio.to_thread
from omt_online.server.embedded import serve_tenant
async def main():
    async with serve_tenant(Path(sys.argv[1])) as tenant:
        print(json.dumps({"url": tenant.url, "token_file": str(tenant.token_file)}), flush=True)
        await anyio.sleep_forever()
anyio.run(main)
"""
_BATCH = 1_000
_FOLDER_FILES = 500


class Quiet:
    """The surroundings of a transfer that nobody watches, limits or stops."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace

    def emit(self, event: Event) -> None:
        """Tell nobody."""

    async def acquire(self, size: int) -> None:
        """Let everything pass."""

    def is_set(self) -> bool:
        """Go on."""
        return False

    async def wait(self) -> None:
        """Never stop."""
        await anyio.sleep_forever()


def make_archive(folder: Path, files: int, mean_size: int) -> int:
    """Write files of log-normal sizes, a tenth of them text, none twice; returns their bytes."""
    chance = random.Random(1)  # noqa: S311 - the same archive each time, not a secret
    written = 0
    for number in range(files):
        path = folder / f"{number // _FOLDER_FILES:04}" / f"{number:07}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        size = min(int(chance.lognormvariate(0, 1) * mean_size / 1.65), 4_000_000)
        path.write_bytes(b"%016d" % number + (os.urandom(size) if number % 10 else b"text " * (size // 5)))
        written += path.stat().st_size
    return written


def stage_over(folder: Path) -> UploadStage:
    """Make a stage of all files below a folder."""

    def scan() -> list[Item]:
        items: list[Item] = []
        for path in sorted(folder.rglob("*.bin")):
            status = path.stat()
            items.append(
                Item(
                    stage="documents",
                    key=path.stem,
                    name=path.name,
                    path=path,
                    size=status.st_size,
                    mtime_ns=status.st_mtime_ns,
                )
            )
        return items

    async def items() -> AsyncIterator[Sequence[Item]]:
        told = await anyio.to_thread.run_sync(scan)
        for begin in range(0, len(told), _BATCH):
            yield told[begin : begin + _BATCH]

    return UploadStage(name="documents", title="Documents", order=1, plugin="benchmark", items=items)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[ClientSettings]:
    """Run a tenant in a process of its own."""
    process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own interpreter and program
        [sys.executable, "-c", _SERVE, str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None  # noqa: S101 - asked for above
        address = json.loads(await anyio.to_thread.run_sync(process.stdout.readline))
        yield ClientSettings(url=address["url"], token_file=Path(address["token_file"]))
    finally:
        process.terminate()
        process.wait()


async def run_once(workspace: Path, archive: Path, online: ClientSettings, settings: UploadSettings) -> float:
    """Transfer the archive and return how many seconds that took."""
    quiet = Quiet(workspace)
    target = await connect(online, ConnectOnline(run=quiet))
    migration = await target.open(Licence(owner="Uno", serial="1", version="8.5"), Kind.TEST, None)
    async with Journal.open(workspace / "journal.sqlite") as journal:
        await journal.begin_run(mode=Mode.INITIAL, baseline=False, plugins={})
        call = Transfer(
            stages=[stage_over(archive)],
            snapshot="s1",
            migration=migration,
            journal=journal,
            workspace=workspace,
            rate=quiet,
            stop=quiet,
            run=quiet,
        )
        begun = time.perf_counter()
        await transfer(call, settings)
        seconds = time.perf_counter() - begun
    await migration.aclose()
    await target.aclose()
    return seconds


async def measure(arguments: argparse.Namespace, folder: Path) -> None:
    """Run the three runs and print a table."""
    settings = UploadSettings(
        reading=arguments.reading, readers=arguments.readers, parallel_uploads=arguments.parallel_uploads
    )
    archive = folder / "archive"
    size = make_archive(archive, arguments.files, arguments.mean_size)
    print(f"{arguments.files} files, {size / 1e6:.0f} MB, {settings!r}")
    async with serving(folder / "tenant") as online:
        for name, workspace in (("first", "a"), ("second", "a"), ("journal lost", "b")):
            (folder / workspace).mkdir(exist_ok=True)
            cpu = time.process_time()
            seconds = await run_once(folder / workspace, archive, online, settings)
            cpu = time.process_time() - cpu
            speeds = f"{arguments.files / seconds:9.0f} files/s {size / seconds / 1e6:7.0f} MB/s"
            print(f"{name:>12}: {seconds:6.2f} s {speeds} {cpu / arguments.files * 1e6:6.0f} us of processor a file")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--mean-size", type=int, default=39_000)
    parser.add_argument("--reading", choices=("threads", "processes"), default="threads")
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--parallel-uploads", type=int, default=4)
    parser.add_argument("--profile", action="store_true", help="print where the tool's own thread spent its time")
    arguments = parser.parse_args()
    profile = cProfile.Profile()
    with tempfile.TemporaryDirectory() as name:
        if arguments.profile:
            profile.enable()
        anyio.run(measure, arguments, Path(name))
    if arguments.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()
