"""Documents that are sent days before the night, and what is there of them, also before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import anyio.to_thread

from omt_core.api.decisions import MigrationMode
from omt_core.api.errors import InputError
from omt_core.api.files import temporary_folder
from omt_core.api.sentence import sentence
from omt_core.engine import facts
from omt_core.engine.result import file_totals
from omt_core.engine.steps import Confirm, StayLoggedIn
from omt_core.engine.upload.timings import past_transfers
from omt_core.engine.workspace import JOURNAL_FILE, existing
from omt_core.journal import Journal, copy_journal
from omt_core.wizard.controller.attempts import Attempts
from omt_core.wizard.controller.checklist import Checklist
from omt_core.wizard.controller.checks import Checks
from omt_core.wizard.controller.document import Screen
from omt_core.wizard.controller.ground import Ground
from omt_core.wizard.controller.way.transitions import Act
from omt_core.wizard.errors import AHEAD_NOT_POSSIBLE, CHECKS_RUNNING, NOT_AHEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAhead:
    """Files and bytes that are confirmed online, of so many that are known, and when the last of them was sent."""

    files: int
    bytes: int
    files_known: int
    bytes_known: int
    at: datetime


class DocumentsAhead:
    """Sends them while users still work: no freeze, no database."""

    def __init__(self, ground: Ground, attempts: Attempts, checklist: Checklist, checks: Checks) -> None:
        self._place, self._holder, self._opener = ground.place, ground.holder, ground.opener
        self._upload = ground.upload
        self._attempts = attempts
        self._checklist = checklist
        self._checks = checks

    async def sent(self) -> SentAhead | None:
        """Return how much was sent ahead, also before an installation is opened."""
        return await _sent(self._holder.now.folder if self._holder.is_open else self._opener.workspace)

    async def send(self) -> None:
        """Send them, or go on with that, on a page of its own. Raises `InputError`."""
        if self._place.screen is not Screen.AHEAD:
            if self._checks.running:  # they read the same database
                raise CHECKS_RUNNING.error(sentence("The checks are running just now."))
            with self._place.doing(Act.SEND_AHEAD):
                if self._holder.now.mode is not MigrationMode.INITIAL:
                    raise AHEAD_NOT_POSSIBLE.error()
                await self._upload.show_rows(ahead=True)
        self._attempts.send_ahead()

    async def leave(self) -> None:
        """Go back to the checklist, in a session that is opened anew, as whoever comes back on another day does."""
        if self._place.screen is not Screen.AHEAD:
            raise NOT_AHEAD.error()
        with self._place.doing(Act.LEAVE_AHEAD):
            administrator = await self._opener.open_again()
            runner, decisions = self._holder.runner, self._holder.now.decisions
            await runner.do(StayLoggedIn(administrator=administrator))
            kind, contact, agreed = decisions.kind, decisions.contact, decisions.agreement_accepted
            await runner.do(Confirm(contact=contact, kind=kind, agreement_accepted=agreed))
            await self._checklist.open()
            self._upload.forget()
            self._checks.forget()
        self._checks.run_anew()


async def _sent(workspace: Path | None) -> SentAhead | None:
    """Read a copy of the journal; None where there is no one migration, or it is beyond its first upload."""
    try:
        folder = existing(workspace)
    except InputError:  # none yet, or several: which is meant is not known before the licence is read
        return None
    with temporary_folder() as temporary:
        copy = temporary / JOURNAL_FILE
        await anyio.to_thread.run_sync(copy_journal, folder / JOURNAL_FILE, copy)
        async with Journal.open(copy) as journal:
            past, pins = await past_transfers(journal), await journal.notes.pins()
            totals = await file_totals(journal)
    files = sum(total.confirmed_items for total in totals)
    if not past or not files or facts.STARTED in pins:
        return None
    return SentAhead(
        files=files,
        bytes=sum(total.confirmed_bytes for total in totals),
        files_known=sum(total.items for total in totals),
        bytes_known=sum(total.bytes for total in totals),
        at=past[-1].ended,
    )
