"""The session controller: takes a person from page to page, and asks the session for one step after another.

What is a story of its own has a room of its own; here they are put together, and the pages before the upload.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio
from anyio.abc import TaskGroup
from pydantic import SecretStr

from omt_core.api.decisions import Contact, MigrationKind, RecoveryChoice
from omt_core.api.errors import ExitCode, InstallationError, OmtError, OnlineNotNamedError
from omt_core.api.events import Event, FindingRaised, Notice
from omt_core.api.installation import ManualAnswers
from omt_core.engine.checks import RECOVERY_CHECKS
from omt_core.engine.result import Result
from omt_core.engine.session import Snapshot
from omt_core.engine.steps import ChooseRecovery, Confirm, Examine, Login
from omt_core.engine.upload.timings import kept_estimate
from omt_core.logs import log_files
from omt_core.wizard.controller.ahead.documents import DocumentsAhead
from omt_core.wizard.controller.ahead.estimate import EstimateRun
from omt_core.wizard.controller.ahead.planned_start import PlannedStart
from omt_core.wizard.controller.attempts import Attempts
from omt_core.wizard.controller.checklist import Checklist
from omt_core.wizard.controller.checks import Checks
from omt_core.wizard.controller.document import RowPart, Screen
from omt_core.wizard.controller.events import EventStream
from omt_core.wizard.controller.ground import Ground
from omt_core.wizard.controller.session.composer import Compose
from omt_core.wizard.controller.session.holder import SessionHolder
from omt_core.wizard.controller.session.opener import SessionOpener, StartOptions
from omt_core.wizard.controller.support import Support
from omt_core.wizard.controller.upload import UploadRun
from omt_core.wizard.controller.view import Page, view
from omt_core.wizard.controller.way.place import Place
from omt_core.wizard.controller.way.transitions import Act, logged_in
from omt_core.wizard.words import told_text

_ASK_FOR_ANSWERS: Final = frozenset({"installation-not-found", "installation-incomplete"})


class SessionController:
    """One for each process. Use `SessionController.run`; methods raise `OmtError` and then nothing has changed."""

    def __init__(self, group: TaskGroup, compose: Compose, options: StartOptions) -> None:
        """Begin at Welcome."""
        self.events = EventStream()
        self.closed = anyio.Event()
        self._revision = 0
        self.holder = SessionHolder(group, self._take)
        self.upload = UploadRun(group, self.holder, self.changed, self._row_changed)
        self.place = Place(self.holder, self.upload, self.changed)
        self.opener = SessionOpener(compose, options, self.holder, self.upload, self.changed)
        ground = Ground(
            place=self.place, holder=self.holder, opener=self.opener, upload=self.upload, changed=self.changed
        )
        self.checklist = Checklist(self.holder, self.changed, self.place.refuse_decisions)
        self.checks = Checks(group, self.holder, self.changed, self.place.refuse_decisions)
        self.attempts = Attempts(ground, self._end)
        self.estimate = EstimateRun(group, ground)
        self.documents = DocumentsAhead(ground, self.attempts, self.checklist, self.checks)
        self.planned = PlannedStart(group, ground, self.attempts, self.checklist, self.checks, clock=options.clock)
        self.support = Support(self.holder, self.opener)

    @classmethod
    @asynccontextmanager
    async def run(cls, compose: Compose, options: StartOptions) -> AsyncIterator[SessionController]:
        """Work for as long as the context lasts; a session that is open is closed at its end."""
        async with anyio.create_task_group() as group:
            controller = cls(group, compose, options)
            try:
                yield controller
            finally:
                with anyio.CancelScope(shield=True):
                    await controller.holder.close()
                group.cancel_scope.cancel()

    # --- what the page shows

    @property
    def busy(self) -> bool:
        """Whether something is under way that nobody has to attend, such as an upload."""
        return self.upload.under_way or self.place.busy is not None or self.planned.waits

    @property
    def now(self) -> Snapshot | None:
        """The session that is held, as it is at this moment; None where none is."""
        return self.holder.now if self.holder.is_open else None

    def state(self) -> str:
        """Return the state document as JSON."""
        online_url, _ = self.opener.composer.online()
        page = Page(
            screen=self.place.screen,
            revision=self._revision,
            busy=self.place.busy,
            error=self.place.error or self.upload.error or self.checks.error,
            log=next(reversed(log_files()), None),
            known=self.opener.known,
            online_url=online_url,
            agreement_url=self.opener.app.settings.core.agreement_url,
            codes=self.opener.app.host.codes,
            done=self.checklist.done,
            checks=self.checks.standing,
            upload=self.upload.part(),
            estimate=self.estimate.part(),
            planned=self.planned.part(),
            confirmed_bytes=self.upload.confirmed_bytes,
            result=self.upload.result,
        )
        return view(self.now, page).model_dump_json()

    def changed(self) -> None:
        """Tell all pages that something has changed."""
        self._revision += 1
        self.events.publish("state", self.state())

    # --- from page to page

    async def start(self) -> None:
        """Find the installation and open it (W14, W16); ask for answers where it cannot be found alone (W17)."""
        try:
            with self.place.doing(Act.START):
                if not self.holder.is_open:
                    await self._open()
        except OnlineNotNamedError as error:
            self._ask(error)
        except InstallationError as error:
            if error.code not in _ASK_FOR_ANSWERS:
                raise
            self._ask(error)

    async def detect(self, answers: ManualAnswers, online: dict[str, str]) -> None:
        """Take the manual answers and open the installation with them (W100-W105)."""
        with self.place.doing(Act.DETECT):
            self.opener.take_answers(answers, online)
            await self._open()

    def ask_for_answers(self) -> None:
        """Show the manual answers although an installation was found: it may be the wrong one."""
        with self.place.doing(Act.ASK_FOR_ANSWERS):
            pass

    async def choose_recovery(self, choice: RecoveryChoice) -> None:
        """Take the choice of the page Recovery (W84)."""
        with self.place.doing(Act.CHOOSE_RECOVERY):
            await self.holder.runner.do(ChooseRecovery(choice=choice))

    async def log_in(self, user: str, password: SecretStr) -> None:
        """Log on (W20-W22); what stops this installation is said as soon as that is known (W23)."""
        with self.place.doing(Act.LOG_IN):
            await self.holder.runner.do(Login(user=user, password=password))
            if logged_in(self.now) is Screen.UPLOAD:
                await self.upload.show_rows()
        if self.place.screen is Screen.CONFIRM:
            self.checks.look_at_installation()

    async def confirm(self, contact: Contact, kind: MigrationKind, *, agreed: bool) -> None:
        """Take the contact details, live or test, and the agreement; then read the users (W24-W30, W38)."""
        with self.place.doing(Act.CONFIRM):
            await self.holder.runner.do(Confirm(contact=contact, kind=kind, agreement_accepted=agreed))
            first = self.checklist.done is None
            await self.checklist.open()
            if first:
                await self.checklist.suggest_summary(contact.email)
        self.checks.run_anew()

    async def start_upload(self) -> None:
        """Begin the upload, or go on with one that was paused, stopped, or failed (W70-W79); a plan is then no more."""
        if self.place.screen is Screen.AHEAD:
            await self.documents.send()
            return
        if self.attempts.begun:
            self.attempts.go_on()
            return
        with self.place.doing(Act.START_UPLOAD):
            runner = self.holder.runner
            if runner.now.only_missing:
                await runner.do(Examine(checks=RECOVERY_CHECKS))
            else:
                await self.checklist.finish()
            await self.planned.cancel()
            if self.place.screen is not Screen.UPLOAD:
                await self.upload.show_rows()
        self.attempts.begin()

    # --- the end

    async def close(self) -> None:
        """End the tool (W5)."""
        with self.place.doing(Act.CLOSE):
            await self.holder.close()
        self._end()

    async def result(self) -> Result:
        """Return what the tool ends with; to be asked for once `closed` is set."""
        await self.holder.close()
        return self.holder.result or Result(exit_code=ExitCode.DONE)

    # --- inside

    async def _open(self) -> None:
        if self.holder.is_open:  # what is planned is the start of the session that is left
            await self.planned.cancel()
        self.checklist.forget()
        self.checks.forget()
        await self.opener.open()
        await self.planned.look_up()
        self.estimate.recall(await kept_estimate(self.holder.runner.journal))
        await self.opener.learn()

    def _ask(self, error: OmtError) -> None:
        """Ask for answers on the page, and say why."""
        self.place.stand(error, Screen.INSTALLATION)

    def _take(self, event: Event) -> None:
        self.upload.take(event)
        self.checks.take(event)
        if isinstance(event, Notice):
            self.events.publish("notice", json.dumps(told_text("message", event.message)))
        if isinstance(event, FindingRaised):
            self.changed()

    def _row_changed(self, row: RowPart) -> None:
        self.events.publish("row", row.model_dump_json())

    def _end(self) -> None:
        self.events.close()
        self.closed.set()
