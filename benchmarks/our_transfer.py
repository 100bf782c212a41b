"""One transfer of an archive by OMT, in a process of its own.

As a program: `python benchmarks/our_transfer.py` with the options of `main`; it prints what it took as JSON. The time
is that of the transfer, from the first look at the archive until the stage's manifest is committed: each content is
verified and durable at the tenant then, and is known by its digest.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import json
import os
import pstats
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import anyio
from archive import Archive
from processes import HERE, processor_seconds
from tenant_process import TenantProcess

from omt_core.api.calls import ConnectOnline, Transfer
from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.events import Event
from omt_core.api.installation import Licence
from omt_core.api.stages import UploadStage
from omt_core.engine.upload.rate import FileRateLimiter, RateLimit, write_limit
from omt_core.journal import Journal
from omt_folders import FolderStage, Reasons, SeenFolders
from omt_online.client import ClientSettings, connect
from omt_upload.settings import UploadSettings
from omt_upload.transfer import transfer


@dataclass(frozen=True, slots=True)
class Took:
    """What a transfer took: seconds by the clock, seconds of processor time at both ends, and bytes that were sent."""

    seconds: float
    client: float
    tenant: float
    sent: int


def transfer_once(
    archive: Archive,
    tenant: TenantProcess,
    workspace: Path,
    *,
    port: int | None = None,
    settings: str = "{}",
    limit: int | None = None,
) -> Took:
    """Transfer an archive to a tenant, by another port if one stands before it, with a limit in bytes a second.

    Exits when not all of it is verified at the tenant in the end.
    """
    before = processor_seconds(tenant.pid)
    command = [
        sys.executable,
        str(HERE / "our_transfer.py"),
        "--archive",
        str(archive.folder),
        "--workspace",
        str(workspace),
        "--url",
        f"http://127.0.0.1:{port or tenant.port}",
        "--token-file",
        tenant.token_file,
        "--settings",
        settings,
        *([] if limit is None else ["--limit", str(limit)]),
    ]
    told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)  # noqa: S603 - ours
    if tenant.committed() != archive.files:
        raise SystemExit(f"The tenant has verified {tenant.committed()} files of {archive.files}.")
    return Took(told["seconds"], told["client"], processor_seconds(tenant.pid) - before, told["sent"])


class Quiet:
    """The surroundings of a transfer that nobody watches or stops."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace

    def emit(self, event: Event) -> None:
        """Tell nobody."""

    def is_set(self) -> bool:
        """Go on."""
        return False

    async def wait(self) -> None:
        """Never stop."""
        await anyio.sleep_forever()


def stage_over(folder: Path) -> UploadStage:
    """Make a stage of all files below a folder, as the plugins have one."""
    reasons = Reasons(file="unreadable", folder="unlisted", outside="outside", link="link")
    stage = FolderStage(
        folder, stage="documents", plugin="benchmark", reasons=reasons, absent="absent", seen=SeenFolders()
    )
    return stage.row(title="Documents", order=1)


async def _transfer(options: argparse.Namespace) -> dict[str, float]:
    quiet = Quiet(options.workspace)
    options.workspace.mkdir(exist_ok=True)
    write_limit(options.workspace / "limit", RateLimit.always(options.limit))
    online = ClientSettings(url=options.url, token_file=options.token_file)
    target = await connect(online, ConnectOnline(run=quiet))
    migration = await target.open(Licence(owner="Uno", serial="1", version="8.5"), MigrationKind.TEST, None)
    async with Journal.open(options.workspace / "journal.sqlite") as journal:
        number = await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        call = Transfer(
            stages=[stage_over(options.archive)],
            snapshot="s1",
            migration=migration,
            journal=journal,
            notes=journal.notes.of("transfer"),
            workspace=options.workspace,
            rate=FileRateLimiter(options.workspace / "limit"),
            stop=quiet,
            run=quiet,
        )
        processor, begun = _own_processor_seconds(), time.perf_counter()
        await transfer(call, UploadSettings(**json.loads(options.settings)))
        took = {"seconds": time.perf_counter() - begun, "client": _own_processor_seconds() - processor}
        took["sent"] = next(run.sent_bytes for run in await journal.runs.all() if run.number == number)
    await migration.aclose()
    await target.aclose()
    return took


def _own_processor_seconds() -> float:
    times = os.times()
    return sum(times[:4])  # with that of reader processes that have ended


def main() -> None:
    """Read the options, transfer, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--token-file", type=Path, required=True)
    parser.add_argument("--settings", default="{}", help="settings of omt_upload, as JSON")
    parser.add_argument("--limit", type=int, help="bytes a second at most, as omt migrate --limit-rate has it")
    parser.add_argument("--profile", action="store_true", help="print where the event loop's thread spent its time")
    options = parser.parse_args()
    profile = cProfile.Profile()
    gc.freeze()  # as the program does once it has loaded what it needs
    gc.set_threshold(50_000)
    if options.profile:
        profile.enable()
    print(json.dumps(anyio.run(_transfer, options)), flush=True)
    if options.profile:
        pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()
