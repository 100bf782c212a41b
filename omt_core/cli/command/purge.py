"""`omt purge`: removes what a finished migration left in its workspace."""

from __future__ import annotations

import argparse
from pathlib import Path

from typing_extensions import override

from omt_core.api import files
from omt_core.api.errors import ExitCode
from omt_core.api.online import TENANT_KEY_FILE
from omt_core.api.sentence import sentence
from omt_core.api.stages import STAGE_ROOTS_FILE
from omt_core.api.text import quantity
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.errors import PURGE_FROZEN, PURGE_UNFINISHED
from omt_core.cli.options import add_workspace, workspace_of
from omt_core.engine import facts
from omt_core.engine.results.kept import DECISIONS_FILE
from omt_core.engine.workspace import (
    JOURNAL_FILE,
    LOCK_FILE,
    RECEIPT_FILE,
    REPORT_STEM,
    RESULTS_FOLDER,
    existing,
    locked,
)
from omt_core.journal import Journal

_KEPT = frozenset(
    {RECEIPT_FILE, "manifest.jsonl", TENANT_KEY_FILE, STAGE_ROOTS_FILE, RESULTS_FOLDER}
    | {f"{REPORT_STEM}.{form}" for form in ("html", "csv", "json")}
)


class Purge(CoreCommand):
    """Refused while frozen or unfinished, since the journal is what a thaw and a resume need."""

    examples = ("omt purge", "omt purge --all")

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_workspace(parser)
        parser.add_argument("--all", action="store_true", help="remove receipt and report as well")

    @override
    async def run(self, call: Invocation) -> int:
        folder = existing(workspace_of(call))
        async with locked(folder):
            async with Journal.open(folder / JOURNAL_FILE) as journal:
                await _refuse_unfinished(journal)
            removed = _remove(folder, everything=call.options.all)
        if call.options.all:
            files.remove(folder / LOCK_FILE)
        call.console.print(
            sentence(
                "Removed {files} from {folder}.",
                files=quantity(removed, "file or folder", "files and folders"),
                folder=folder,
            )
        )
        return call.console.finish(ExitCode.DONE)


async def _refuse_unfinished(journal: Journal) -> None:
    known = await journal.notes.pins()
    if facts.FROZEN in known:
        raise PURGE_FROZEN.error()
    runs = await journal.runs.all()
    unfinished = facts.COMPLETED not in known or facts.OVERWRITING in known or (runs and runs[-1].exit_code is None)
    if facts.STARTED in known and unfinished:
        raise PURGE_UNFINISHED.error()


def _remove(folder: Path, *, everything: bool) -> int:
    removed = 0
    for path in sorted(folder.iterdir()):
        if path.name == LOCK_FILE or (path.name in _KEPT and not everything):
            continue
        if path.is_dir() and not files.is_link(path):
            files.remove_tree(path)
        else:
            files.remove(path)
        removed += 1
    # Who got which plan and user name is not what a receipt is kept for.
    for path in sorted((folder / RESULTS_FOLDER).glob(f"*/{DECISIONS_FILE}")):
        files.remove(path)
        removed += 1
    return removed
