"""`omt status`: how a migration stands, from its journal, also while a run works on it."""

from __future__ import annotations

import argparse
from pathlib import Path

from typing_extensions import override

from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.errors import ExitCode
from omt_core.api.files import temporary_folder
from omt_core.api.text import byte_size
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.options import add_workspace, workspace_of
from omt_core.engine.report import record_of
from omt_core.engine.result import Counted, FindingLine
from omt_core.engine.workspace import JOURNAL_FILE, existing, is_locked
from omt_core.journal import Journal, copy_journal


class Status(CoreCommand):
    """Reads a copy of the journal, so that it never stands in a run's way."""

    name = "status"
    help = "say how a migration stands, also while it is running"

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_workspace(parser)

    @override
    async def run(self, call: Invocation) -> int:
        folder = existing(workspace_of(call))
        with temporary_folder() as temporary:
            copy = temporary / JOURNAL_FILE
            copy_journal(folder / JOURNAL_FILE, copy)
            async with Journal.open(copy) as journal:
                return await _show(call, journal, folder)


async def _show(call: Invocation, journal: Journal, folder: Path) -> int:
    record = await record_of(journal, folder, call.app.host.codes)
    file_stages = {stage.name for stage in await journal.items.stages() if stage.kind == "files"}
    running, last, console = await is_locked(folder), record.runs[-1] if record.runs else None, call.console
    if record.licence is not None:
        console.print(f"Owner {record.licence.owner}, serial {record.licence.serial}")
    console.print(f"Runs: {len(record.runs)}" + (", one is under way" if running else ""))
    if last is not None and not running:
        ended = "was cut short" if last.exit_code is None else f"ended with exit code {last.exit_code}"
        console.print(f"The last run {ended}.")
    console.print("The installation on site is frozen; `omt thaw` undoes it." if record.frozen else "Not frozen.")
    for name, title in record.stage_titles.items():
        total = record.totals.get(name)
        if total is None:
            continue
        console.print(
            f"  {title:<18} {total.confirmed_items} of {total.items} confirmed, {byte_size(total.confirmed_bytes)};"
            f" {total.missing} missing, {total.failed} failed, {total.left_out} left out"
        )
        console.object(
            "status",
            {
                "stage": name,
                "title": title,
                "items": total.items,
                "confirmed": total.confirmed_items,
                "bytes": total.bytes,
                "confirmed_bytes": total.confirmed_bytes,
                "missing": total.missing,
                "failed": total.failed,
                "left_out": total.left_out,
            },
        )
    counted = [total for name, total in record.totals.items() if name in file_stages]
    console.object("workspace", {"path": str(folder), "running": running, "frozen": record.frozen})
    return console.finish(
        ExitCode.DONE,
        mode=MigrationMode.INITIAL if last is None else last.mode,
        kind=MigrationKind.LIVE if last is None else record.decisions.kind,
        skipped=Counted(
            files=sum(one.confirmed_items for one in counted), bytes=sum(one.confirmed_bytes for one in counted)
        ),
        missing=sum(one.missing for one in counted),
        failed=sum(one.failed for one in counted),
        findings=tuple(FindingLine.of(finding) for finding in record.findings),
        receipt=record.receipt,
    )
