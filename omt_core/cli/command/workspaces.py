"""`omt workspaces`: what migrations there are on this machine, and how they stand."""

from __future__ import annotations

from pathlib import Path

from typing_extensions import override

from omt_core.api.errors import ExitCode, OmtError
from omt_core.api.files import temporary_folder
from omt_core.api.reporting import MigrationRecord
from omt_core.api.sentence import sentence
from omt_core.api.text import local_time
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.words import KINDS, frozen_text, importing_text
from omt_core.engine import facts
from omt_core.engine.report import record_of
from omt_core.engine.workspace import JOURNAL_FILE, is_locked, known_workspaces
from omt_core.journal import Journal, copy_journal


class Workspaces(CoreCommand):
    """Those in the default place, and those that were named by `--workspace` and are still there."""

    examples = ("omt workspaces", "omt workspaces --json")

    @override
    async def run(self, call: Invocation) -> int:
        found = known_workspaces()
        for folder in found:
            try:
                await _show(call, folder)
            except OmtError as error:
                call.console.print(sentence("{folder}: {message}", folder=folder, message=error.message))
                call.console.object("workspace", {"path": str(folder), "state": "unreadable", "error": error.code})
        if not found:
            call.console.print(sentence("There is no migration of this account on this machine."))
        return call.console.finish(ExitCode.DONE)


async def _show(call: Invocation, folder: Path) -> None:
    with temporary_folder() as temporary:
        copy_journal(folder / JOURNAL_FILE, temporary / JOURNAL_FILE)
        async with Journal.open(temporary / JOURNAL_FILE) as journal:
            record = await record_of(journal, folder, call.app.host.codes)
            known = await journal.notes.pins()
    running, last = await is_locked(folder), record.runs[-1] if record.runs else None
    completed = facts.COMPLETED in known and facts.OVERWRITING not in known
    state = _state(record, running=running, completed=completed)
    began = None if last is None else last.started
    code = None if last is None else last.exit_code
    licence, kind = record.licence, record.kind.value
    left = sum(total.left_behind for total in record.totals.values())
    call.console.object(
        "workspace",
        {
            "path": str(folder),
            "state": state,
            "owner": None if licence is None else licence.owner,
            "serial": None if licence is None else licence.serial,
            "kind": kind,
            "frozen": record.frozen,
            "importing": record.importing,
            "runs": len(record.runs),
            "started": None if began is None else began.isoformat(),
            "exit_code": code,
            "left_behind": left,
        },
    )
    owner = sentence("not known") if licence is None else f"{licence.owner}, {licence.serial}"
    call.console.print(sentence("{folder}", folder=folder))
    call.console.print(sentence("  {owner}: {kind}, {state}", owner=owner, kind=KINDS[record.kind], state=_SAID[state]))
    if began is not None:
        ended = "-" if code is None else str(code)
        call.console.print(
            sentence(
                "  last run {began}, exit code {ended}; left behind: {left:,}",
                began=local_time(began), ended=ended, left=left,
            )
        )  # fmt: skip
    if record.importing:
        call.console.print(sentence("  {told}", told=importing_text()))
    if record.frozen:
        call.console.print(sentence("  {told}", told=frozen_text(importing=record.importing)))


_SAID = {
    "running": sentence("a run is under way"),
    "completed": sentence("completed"),
    "unfinished": sentence("not finished"),
    "not-begun": sentence("not begun"),
}


def _state(record: MigrationRecord, *, running: bool, completed: bool) -> str:
    if running:
        return "running"
    if completed:
        return "completed"
    return "unfinished" if record.totals else "not-begun"
