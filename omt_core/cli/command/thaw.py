"""`omt thaw`: undoes the freeze of a migration, on whichever day, after whatever happened."""

from __future__ import annotations

import argparse
from contextlib import AsyncExitStack

from typing_extensions import override

from omt_core.api.errors import ExitCode, InstallationError
from omt_core.api.findings import Severity
from omt_core.api.installation import Licence
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.options import add_answers, add_workspace, workspace_of
from omt_core.cli.progress import watching
from omt_core.engine import pinned_answers, pins
from omt_core.engine.freezing import thaw
from omt_core.engine.locating import choose_installation, open_database
from omt_core.engine.result import FindingLine
from omt_core.engine.workspace import JOURNAL_FILE, existing, locked
from omt_core.journal import Journal


class Thaw(CoreCommand):
    """Needs answers only for what neither discovery nor the journal can tell: a password that was given by hand."""

    name = "thaw"
    help = "let the users of the installation on site in again"

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_workspace(parser)
        add_answers(parser, required=False)

    @override
    async def run(self, call: Invocation) -> int:
        folder = existing(workspace_of(call))
        engine = call.app.engine
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(locked(folder))
            journal = await stack.enter_async_context(Journal.open(folder / JOURNAL_FILE))
            known = await journal.notes.pins()
            if pins.FROZEN not in known:
                call.console.print("This migration has frozen nothing.")
                return call.console.finish(ExitCode.DONE)
            await stack.enter_async_context(watching(call.console, engine))
            given = pinned_answers.load(known.get(pins.ANSWERS)) if call.answers is None else call.answers.manual()
            discovery = await choose_installation(engine, given)
            database, licence = await open_database(engine, discovery.installation, stack)
            if call.answers is None:
                _refuse_other_installation(licence, await pins.licence_of(journal))
            findings = await thaw(engine, journal, discovery.installation, database)
        for finding in findings:
            call.console.finding(finding)
        failed = any(finding.severity is Severity.ERROR for finding in findings)
        return call.console.finish(
            ExitCode.FINDINGS if failed else ExitCode.DONE,
            findings=tuple(FindingLine.of(finding) for finding in findings),
        )


def _refuse_other_installation(found: Licence, frozen: Licence | None) -> None:
    """Refuse what discovery found when it is another installation: to find nothing to thaw there would mean nothing.

    Answers name an installation themselves, so that a licence that was changed meanwhile does not stop a thaw.
    """
    if frozen is not None and found.serial.strip() != frozen.serial.strip():
        raise InstallationError(
            "thaw-other-installation",
            f"The installation that was found has the serial number {found.serial!r}; what is frozen has"
            f" {frozen.serial!r}.",
            "Name the installation that is frozen by --answers.",
        )
