"""`omt thaw`: undoes the freeze of a migration, on whichever day, after whatever happened."""

from __future__ import annotations

import argparse
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import anyio
from typing_extensions import override

from omt_core.answers import pinned
from omt_core.api.database import SourceDatabase
from omt_core.api.errors import ExitCode, InputError, OnlineError, OnlineNotNamedError
from omt_core.api.events import Notice
from omt_core.api.findings import Finding, Severity
from omt_core.api.installation import Installation, Licence
from omt_core.api.online import OnlineTarget
from omt_core.api.sentence import sentence
from omt_core.api.text import local_time
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.errors import THAW_OTHER_INSTALLATION
from omt_core.cli.options import add_answers, add_workspace, answers_of, workspace_of
from omt_core.cli.progress import watching
from omt_core.engine import facts
from omt_core.engine.freeze import Thawed, thaw, thaw_from_site
from omt_core.engine.opening import choose_installation, connect, open_database
from omt_core.engine.result import FindingLine
from omt_core.engine.session import Surroundings
from omt_core.engine.upload.live_import import ASKING_SECONDS, refuse_thaw
from omt_core.engine.workspace import JOURNAL_FILE, existing, folder_for, locked
from omt_core.journal import Journal


class Thaw(CoreCommand):
    """Needs answers for what neither discovery nor the journal can tell, such as a password that was given by hand.

    With answers it works from anywhere: where the workspace is not here, the site itself shows what a freeze left.
    """

    examples = ("omt thaw", "omt thaw --answers answers.toml")

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_workspace(parser)
        add_answers(parser, required=False)

    @override
    async def run(self, call: Invocation) -> int:
        try:
            folder = existing(workspace_of(call))
        except InputError:
            if call.answers is None:
                raise
            return _tell(call, await _from_site(call))
        thawed = await _by_journal(call, folder)
        if thawed is None and call.answers is not None:
            thawed = await _from_site(call)
        return _tell(call, thawed or Thawed(findings=()))


async def _by_journal(call: Invocation, folder: Path) -> Thawed | None:
    """Undo the freeze that the journal in this workspace knows of; None where it knows of none."""
    engine = call.app.engine
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(locked(folder))
        journal = await stack.enter_async_context(Journal.open(folder / JOURNAL_FILE))
        known = await journal.notes.pins()
        await stack.enter_async_context(watching(call.console, engine))
        if facts.FROZEN not in known:
            engine.events.emit(Notice(message=_not_frozen(known.get(facts.THAWED))))
            if call.answers is None:
                engine.events.emit(Notice(message=_not_looked_at()))
            return None
        given = pinned.load(known.get(facts.ANSWERS)) if call.answers is None else call.answers.manual()
        discovery = await choose_installation(engine, given)
        database, licence = await open_database(engine, discovery.installation, stack)
        if call.answers is None:
            _refuse_other_installation(licence, await facts.licence_of(journal))
        return await _thaw(
            call, folder, journal, installation=discovery.installation, database=database, licence=licence
        )


async def _thaw(
    call: Invocation,
    folder: Path,
    journal: Journal,
    *,
    installation: Installation,
    database: SourceDatabase,
    licence: Licence,
) -> Thawed:
    """Thaw by the journal in a workspace, unless the tenant may be importing what is frozen."""
    told = await _ask_for_import(call, journal, folder, licence)
    thawed = await thaw(call.app.engine, journal, installation, database)
    return replace(thawed, findings=(*told, *thawed.findings))


async def _ask_for_import(call: Invocation, journal: Journal, folder: Path, licence: Licence) -> tuple[Finding, ...]:
    """Refuse as `refuse_thaw` does; whoever gives answers insists where the tenant cannot be asked."""
    if not facts.may_be_importing(await journal.notes.pins()):
        return ()
    engine = call.app.engine
    async with AsyncExitStack() as stack:
        target: OnlineTarget | None = None
        with anyio.move_on_after(ASKING_SECONDS):
            try:
                target, _ = await connect(engine, Surroundings(engine.events, folder), stack)
            except (OnlineError, OnlineNotNamedError):
                target = None
        return await refuse_thaw(journal, licence, target, insisted=call.answers is not None)


async def _from_site(call: Invocation) -> Thawed:
    """Undo the freeze of an installation that the answers name, by what the site itself shows of it.

    Among several workspaces the licence says which is that of this installation; its journal knows more.
    """
    engine = call.app.engine
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(watching(call.console, engine))
        discovery = await choose_installation(engine, answers_of(call).manual())
        database, licence = await open_database(engine, discovery.installation, stack)
        folder = folder_for(licence.serial, workspace_of(call))
        if (folder / JOURNAL_FILE).is_file():
            async with AsyncExitStack() as closing:
                await closing.enter_async_context(locked(folder))
                journal = await closing.enter_async_context(Journal.open(folder / JOURNAL_FILE))
                if facts.FROZEN in await journal.notes.pins():
                    return await _thaw(
                        call, folder, journal, installation=discovery.installation, database=database, licence=licence
                    )
        call.console.print(
            sentence("No workspace here knows of a freeze that stands; the installation itself is looked at.")
        )
        thawed = await thaw_from_site(engine, discovery.installation, database)
        if thawed.error is None:
            call.console.print(sentence("Whatever this tool had frozen there is thawed."))
        return thawed


def _tell(call: Invocation, thawed: Thawed) -> int:
    findings = thawed.findings
    for finding in findings:
        call.console.finding(finding)
    if thawed.error is not None:
        raise thawed.error
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    return call.console.finish(
        ExitCode.FINDINGS if failed else ExitCode.DONE, findings=tuple(FindingLine.of(finding) for finding in findings)
    )


def _not_frozen(thawed: str | None) -> str:
    if thawed is None:
        return sentence("This migration has frozen nothing.")
    return sentence(
        "What this migration had frozen was thawed on {moment}.", moment=local_time(datetime.fromisoformat(thawed))
    )


def _not_looked_at() -> str:
    return sentence(
        "The installation on site was not looked at. If users are kept out there, `omt thaw --answers FILE` looks for"
        " what this tool froze, from whichever workspace."
    )


def _refuse_other_installation(found: Licence, frozen: Licence | None) -> None:
    """Refuse what discovery found when it is another installation: to find nothing to thaw there would mean nothing.

    Answers name an installation themselves, so that a licence that was changed meanwhile does not stop a thaw.
    """
    if frozen is not None and found.serial.strip() != frozen.serial.strip():
        raise THAW_OTHER_INSTALLATION.error(
            sentence(
                "The installation that was found has the serial number {found}; what is frozen has {frozen}.",
                found=repr(found.serial),
                frozen=repr(frozen.serial),
            )
        )
