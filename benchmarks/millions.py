"""What grows with what: journal, negotiation, the tenant's index, manifest, commit, import and memory, by millions.

Run by hand: `python benchmarks/millions.py [--items 1000000 4000000]`. Journal, transfer, protocol, tenant, manifest
and import are the tool's own. Only the files are not there: each item has a content of 16 bytes of its own, made where
it would be read. It prints a table for each number of items: seconds, processor time and the most memory resident at
both ends in each step, and what was written. Four million take 8 minutes of processor time, and 4 GB of disk.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
from memory import peak_of
from our_transfer import Quiet
from processes import HERE, processor_seconds
from table import print_table
from tenant_process import tenant_process
from typing_extensions import override

from omt_core.api import CompletionRequest, FoundFiles, ItemRecord, OnlineMigration, UploadStage
from omt_core.api.calls import ConnectOnline, Transfer
from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.installation import Licence
from omt_core.engine.upload.rate import FileRateLimiter, RateLimit, write_limit
from omt_core.journal import Journal
from omt_core.testing.online_side import commit_stage as commit_no_tables
from omt_online.client import ClientSettings, connect
from omt_upload.commit import commit_stage
from omt_upload.files.outcome import Reading
from omt_upload.files.readers import Readers
from omt_upload.lanes.lane import HereLane
from omt_upload.settings import UploadSettings
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer import transfer
from omt_upload.transfer_context import TransferContext, context_for

_STAGE = "documents"
_OWNERS = 200
_BATCH = 2_000
_SIZE = 16
_MTIME_NS = 1_700_000_000_000_000_000


class MadeFiles(Readers):
    """Stands for files on a disk: the content of each is its number."""

    def __init__(self, context: TransferContext) -> None:
        super().__init__(UploadSettings(reading="threads"), context.framing)
        self._head = context.framing.head
        self._room = context.framing.bundle_size([_SIZE]) - context.framing.bundle_size([])

    @override
    @asynccontextmanager
    async def small(self, files: Sequence[tuple[str, int]]) -> AsyncIterator[tuple[memoryview, Sequence[Reading]]]:
        async with self.room(self._room * (len(files) + 1)) as buffer:
            yield buffer, await anyio.to_thread.run_sync(self._made, buffer, files)

    def _made(self, buffer: memoryview, files: Sequence[tuple[str, int]]) -> Sequence[Reading]:
        readings = []
        offset = self._head
        for path, size in files:
            content = path[-_SIZE:].encode("ascii")
            buffer[offset : offset + size] = content
            readings.append(Reading(hashlib.sha256(content).hexdigest(), size, _MTIME_NS, offset))
            offset += self._room
        return readings


class MadeLane(HereLane):
    """Sends what `MadeFiles` reads."""

    def __init__(self, context: TransferContext) -> None:
        super().__init__(context)
        self._context = replace(context, readers=MadeFiles(context))

    @override
    async def send(self, work: StageTransfer, batch: Sequence[ItemRecord]) -> None:
        work.context = self._context
        await super().send(work, batch)


async def _documents(count: int) -> AsyncIterator[Sequence[FoundFiles]]:
    """Tell of documents as their inventory does: by owner, so that their numbers come in no order."""
    for owner in range(_OWNERS):
        numbers = range(1 + owner, 1 + count, _OWNERS)
        for begin in range(0, len(numbers), _BATCH):
            some = numbers[begin : begin + _BATCH]
            size = len(some)
            yield FoundFiles(
                stage=_STAGE,
                keys=[str(number) for number in some],
                names=[f"OWNER{owner:03}/2024.1/Letter to customer {number:09}.docx" for number in some],
                locations=[f"/srv/so_arc/OWNER{owner:03}/2024.1/{number:016}" for number in some],
                sizes=[_SIZE] * size,
                mtimes_ns=[_MTIME_NS] * size,
                ctimes_ns=[_MTIME_NS] * size,
            )


class Steps:
    """Measures one step after another, in this process and in the tenant's: seconds, processor seconds, peaks."""

    def __init__(self, tenant: int) -> None:
        self._processes = (os.getpid(), tenant)
        self.rows: dict[str, list[float]] = {}

    async def step(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Do a step, and note what it took."""
        _forget_peaks(self._processes)
        before = [processor_seconds(pid) for pid in self._processes]
        begun = time.perf_counter()
        await work()
        seconds = time.perf_counter() - begun
        took = [processor_seconds(pid) - was for pid, was in zip(self._processes, before, strict=True)]
        self.rows[name] = [seconds, *took, *_peaks(self._processes)]
        print(f"{name}: {seconds:.0f} s", file=sys.stderr, flush=True)


def _forget_peaks(processes: Sequence[int]) -> None:
    for pid in processes:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # which Linux takes for that


def _peaks(processes: Sequence[int]) -> list[int]:
    return [peak_of(Path(f"/proc/{pid}/status").read_text()) for pid in processes]


async def _measure(options: argparse.Namespace) -> dict[str, object]:
    folder: Path = options.workspace
    quiet = Quiet(folder)
    write_limit(folder / "limit", RateLimit.always(None))
    steps = Steps(options.tenant)
    target = await connect(
        ClientSettings(url=options.url, token_file=options.token_file, completion_poll_longest=1),
        ConnectOnline(run=quiet),
    )
    migration = await target.open(Licence(owner="Uno", serial="1", version="8.5"), MigrationKind.TEST, None)
    stage = UploadStage(
        name=_STAGE, title="Documents", order=1, plugin="benchmark", items=partial(_documents, options.count)
    )
    async with Journal.open(folder / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        call = Transfer(
            stages=[stage],
            snapshot="s1",
            migration=migration,
            journal=journal,
            notes=journal.notes.of("transfer"),
            workspace=folder,
            rate=FileRateLimiter(folder / "limit"),
            stop=quiet,
            run=quiet,
        )
        settings = UploadSettings(reading="threads")
        ahead = replace(call, commit=False)
        await steps.step(
            "inventory, negotiation and upload", lambda: transfer(ahead, settings, lambda context: [MadeLane(context)])
        )
        await steps.step("manifest and commit", lambda: commit_stage(StageTransfer(context_for(call, settings), stage)))
        await commit_no_tables(migration, folder, "database", ())
        await steps.step("verification and import", lambda: _complete(migration))
        await steps.step("result", lambda: migration.result(folder))
    await migration.aclose()
    await target.aclose()
    written = {
        "journal": _size(folder, "journal.sqlite*"),
        "manifest": _size(folder / "manifests", "*"),
    }
    return {"steps": steps.rows, "written": written}


async def _complete(migration: OnlineMigration) -> None:
    async for _ in migration.complete(CompletionRequest()):
        pass


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file())


def _one(count: int, folder: Path) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Measure so many items, in a process of their own against a new tenant."""
    with tenant_process(folder / "tenant") as tenant:
        command = [sys.executable, str(HERE / "millions.py"), "--count", str(count)]
        command += ["--workspace", str(folder / "workspace"), "--url", f"http://127.0.0.1:{tenant.port}"]
        command += ["--token-file", tenant.token_file, "--tenant", str(tenant.pid)]
        told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)  # noqa: S603 - ours
        if tenant.committed() != count:
            raise SystemExit(f"The tenant has verified {tenant.committed()} items of {count}.")
        index = _size(tenant.folder, "tenant.sqlite*")
        bundles = tenant.framing() + tenant.stored()[1]
        written = told["written"] | {"the tenant's index": index, "the tenant's bundles": bundles}
    return told["steps"], written


def _print(count: int, steps: dict[str, list[float]], written: dict[str, int]) -> None:
    print(f"\n{count:,} items\n")
    head = ["step", "s", "tool: processor s", "us an item", "peak MB", "tenant: processor s", "us an item", "peak MB"]
    rows = []
    for name, (seconds, tool, tenant, tool_peak, tenant_peak) in steps.items():
        tool_cells = [f"{tool:.1f}", f"{tool / count * 1e6:.1f}", f"{tool_peak / 1e6:.0f}"]
        tenant_cells = [f"{tenant:.1f}", f"{tenant / count * 1e6:.1f}", f"{tenant_peak / 1e6:.0f}"]
        rows.append([name, f"{seconds:.0f}", *tool_cells, *tenant_cells])
    print_table(head, rows)
    print()
    print_table(
        ["written", "MB", "bytes an item"],
        [[name, f"{size / 1e6:.1f}", f"{size / count:.1f}"] for name, size in written.items()],
    )
    sys.stdout.flush()


def main() -> None:
    """Read the options, measure each number of items, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[1_000_000, 4_000_000])
    for name, kind in (("count", int), ("workspace", Path), ("url", str), ("token-file", str), ("tenant", int)):
        parser.add_argument(f"--{name}", type=kind, help=argparse.SUPPRESS)  # of the process that measures
    options = parser.parse_args()
    if options.count:
        options.workspace.mkdir()
        print(json.dumps(anyio.run(_measure, options)))
        return
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")  # as `omt` has it by itself, in both processes
    for count in options.items:
        with tempfile.TemporaryDirectory() as name:
            _print(count, *_one(count, Path(name)))


if __name__ == "__main__":
    main()
