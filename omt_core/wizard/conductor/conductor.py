"""The conductor: takes a person from page to page, and is the only one who touches the session."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import anyio
from anyio.abc import TaskGroup
from pydantic import SecretStr

from omt_core.api.decisions import Contact, MigrationKind, MigrationMode, RecoveryChoice
from omt_core.api.errors import ExitCode, InputError, InstallationError, OmtError, OnlineNotNamedError
from omt_core.api.events import Event, FindingRaised, Notice
from omt_core.api.installation import ManualAnswers
from omt_core.engine import facts, pinned_answers
from omt_core.engine.checklist import FinishChecklist, Notify
from omt_core.engine.checks import RECOVERY_CHECKS
from omt_core.engine.drive import go_on
from omt_core.engine.opening import OpenRequest
from omt_core.engine.result import Result
from omt_core.engine.steps import ChooseRecovery, Confirm, Examine, Finish, LetUsersIn, Login, Upload
from omt_core.wizard.conductor.checklist import Checklist
from omt_core.wizard.conductor.checks import Checks
from omt_core.wizard.conductor.composer import Compose, Composer
from omt_core.wizard.conductor.feed import Feed
from omt_core.wizard.conductor.lease import Lease
from omt_core.wizard.conductor.memory import Memory, Remembered
from omt_core.wizard.conductor.screens import after, before
from omt_core.wizard.conductor.state import Busy, RowPart, Screen, UploadState
from omt_core.wizard.conductor.telling import Known, tell
from omt_core.wizard.conductor.upload import UploadRun

_ASK_FOR_ANSWERS: Final = frozenset({"installation-not-found", "installation-incomplete"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What the tool was started with: answers about the installation, which win over what is found, and waivers."""

    answers: ManualAnswers | None = None
    workspace: Path | None = None
    waivers: tuple[str, ...] | None = None
    remembers_in: Path | None = None
    """Folder for what is answered on the page; None remembers nothing."""


class Conductor:
    """One for each process. Use `Conductor.conducting`; methods raise `OmtError` and then nothing has changed."""

    def __init__(self, group: TaskGroup, compose: Compose, beginning: Beginning) -> None:
        """Begin at Welcome, with what was answered by hand the last time unless the tool was started with answers."""
        self._memory = Memory(beginning.remembers_in)
        remembered = self._memory.load() if beginning.answers is None else Remembered()
        self.composer = Composer(compose, remembered.sections)
        self.answers = beginning.answers or pinned_answers.load(remembered.answers)
        self.feed = Feed()
        self.lease = Lease(group, self._take)
        self.checklist = Checklist(self.lease, self.changed, self._refuse_while_uploading)
        self.checks = Checks(group, self.lease, self.changed, self._refuse_while_uploading)
        self.upload = UploadRun(group, self.lease, self.changed, self._row_changed)
        self.closed = anyio.Event()
        self.beginning = beginning
        self._known = Known()
        self._busy: Busy | None = None
        self._error: OmtError | None = None
        self._screen = Screen.WELCOME
        self._revision = 0
        self._reopened = False
        self._thaw_when_stopped = False
        self._ends_after_upload = False

    @classmethod
    @asynccontextmanager
    async def conducting(cls, compose: Compose, beginning: Beginning) -> AsyncIterator[Conductor]:
        """Work for as long as the context lasts; a session that is open is closed at its end."""
        async with anyio.create_task_group() as group:
            conductor = cls(group, compose, beginning)
            try:
                yield conductor
            finally:
                with anyio.CancelScope(shield=True):
                    await conductor.lease.close()
                group.cancel_scope.cancel()

    # --- what the page shows

    @property
    def busy(self) -> bool:
        """Whether something is under way that nobody has to attend, such as an upload."""
        return self.upload.under_way or self._busy is not None

    def state(self) -> str:
        """Return the state document as JSON."""
        return tell(
            self,
            known=self._known,
            screen=self._screen,
            revision=self._revision,
            busy=self._busy,
            error=self._error or self.upload.error or self.checks.error,
        ).model_dump_json()

    def changed(self) -> None:
        """Tell all pages that something has changed."""
        self._revision += 1
        self.feed.publish("state", self.state())

    # --- from page to page

    async def start(self) -> None:
        """Find the installation and open it (W14, W16); ask for answers where it cannot be found alone (W17)."""
        self._refuse_while_uploading()
        if self.lease.is_open:
            self._go(Screen.RECOVERY if self.lease.now.mode is MigrationMode.RECOVERY else Screen.LOGIN)
            return
        try:
            await self._open()
        except OnlineNotNamedError as error:
            self._error = error
            self._go(Screen.INSTALLATION)
        except InstallationError as error:
            if error.code not in _ASK_FOR_ANSWERS:
                raise
            self._error = error
            self._go(Screen.INSTALLATION)

    async def detect(self, answers: ManualAnswers, online: dict[str, str]) -> None:
        """Take the manual answers and open the installation with them (W100-W105)."""
        self._refuse_while_uploading()
        given = {name: value for name, value in online.items() if value}
        if given:
            self.composer.change(self.composer.app.settings.core.roles.online, given)
        self.answers = answers
        self._remember()
        await self._open()

    def ask_for_answers(self) -> None:
        """Show the manual answers although an installation was found: it may be the wrong one."""
        self._refuse_while_uploading()
        self._go(Screen.INSTALLATION)

    async def choose_recovery(self, choice: RecoveryChoice) -> None:
        """Take the choice of the page Recovery (W84)."""
        self._refuse_while_uploading()
        await self.lease.runner.do(ChooseRecovery(choice=choice))
        self._go(Screen.LOGIN)

    async def log_in(self, user: str, password: SecretStr) -> None:
        """Log on (W20-W22)."""
        self._refuse_while_uploading()
        with self._busy_with(Busy.LOGGING_IN):
            await self.lease.runner.do(Login(user=user, password=password))
        await self._go_on_from(Screen.LOGIN)

    async def confirm(self, contact: Contact, kind: MigrationKind, *, agreed: bool) -> None:
        """Take the contact details, live or test, and the agreement; then read the users (W24-W30, W38)."""
        self._refuse_while_uploading()
        with self._busy_with(Busy.READING_USERS):
            await self.lease.runner.do(Confirm(contact=contact, kind=kind, agreement_accepted=agreed))
            prefilled = self.lease.now.decisions.notifications
            first = prefilled.summary is None and not self.checklist.opened
            await self.checklist.open()
            if first:
                # Prefilled with the migrator's address (W69).
                await self.lease.runner.do(Notify(notifications=replace(prefilled, summary=contact.email)))
        self._go(Screen.CHECKLIST)
        if not self.checks.running:
            self.checks.run()

    def go_back(self) -> None:
        """Show the page before this one (W6)."""
        self._refuse_while_uploading()
        now = self.lease.now if self.lease.is_open else None
        mode, choice = (None, None) if now is None else (now.mode, now.decisions.recovery)
        earlier = before(self._screen, mode, choice)
        if earlier is None:
            raise InputError("no-way-back", "There is no page before this one.", "Go on with this page.")
        self._go(earlier)

    def change_settings(self, section: str, values: Mapping[str, object]) -> None:
        """Change a plugin's settings before an installation is opened. Raises `InputError`."""
        if self.lease.is_open:
            raise InputError(
                "settings-in-use",
                "The installation is open with the settings as they are.",
                "Start the tool again to change them.",
            )
        self.composer.change(section, values)
        self._remember()
        self.changed()

    # --- the upload

    async def start_upload(self) -> None:
        """Begin the upload, or go on with one that was paused, stopped, or failed (W70-W79)."""
        self._refuse_while_uploading()
        if self.upload.state is not UploadState.IDLE:
            self.upload.start(self._go_on, look=self._learn, ended=self._upload_ended)
            return
        only_missing = self.lease.now.only_missing
        with self._busy_with(Busy.STARTING):
            if only_missing:
                await self.lease.runner.do(Examine(checks=RECOVERY_CHECKS))
            else:
                self.checklist.refuse_undone()
                await self.lease.runner.do(FinishChecklist())
            if self._screen is not Screen.UPLOAD:
                await self.upload.show_rows()
        self._go(Screen.UPLOAD)
        self.upload.start(self._upload_first, look=self._learn, ended=self._upload_ended)

    async def cancel_upload(self, *, thaw: bool) -> None:
        """Stop the upload, so that it can be gone on with; `thaw` lets the users in again once it has stopped."""
        self.upload.cancel()
        self._thaw_when_stopped = thaw
        if not self.upload.under_way:
            await self._thaw_if_asked()

    async def thaw(self) -> None:
        """Let the users of the installation on site in again."""
        self._refuse_while_uploading()
        with self._busy_with(Busy.THAWING):
            await self.lease.runner.do(LetUsersIn())
            await self._learn()

    async def close(self) -> None:
        """End the tool (W5)."""
        self._refuse_while_uploading()
        with self._busy_with(Busy.CLOSING):
            await self.lease.close()
        self._go(Screen.CLOSED)
        self._end()

    def stop(self) -> None:
        """Take a Ctrl-C: an upload is stopped so that it can be gone on with, then the tool ends. Returns at once."""
        if self.upload.under_way:
            self._ends_after_upload = True
            self.upload.cancel()
        else:
            self._end()

    async def result(self) -> Result:
        """Return what the tool ends with; to be asked for once `closed` is set."""
        await self.lease.close()
        return self.lease.result or Result(exit_code=ExitCode.DONE)

    # --- inside

    async def _open(self) -> None:
        with self._busy_with(Busy.OPENING):
            self.checklist.forget()
            self.checks.forget()
            self._known = Known()
            await self.lease.open(self.composer.app.engine, self._request())
            await self._learn()
        self._go(Screen.RECOVERY if self.lease.now.mode is MigrationMode.RECOVERY else Screen.LOGIN)

    def _remember(self) -> None:
        self._memory.keep(Remembered(answers=pinned_answers.dump(self.answers), sections=self.composer.kept()))

    def _request(self) -> OpenRequest:
        return OpenRequest(
            answers=self.answers,
            workspace=self.beginning.workspace or self.composer.app.settings.core.workspace,
            writes=True,
            # Later on the journal knows them, with what was waived on the page.
            waivers=None if self._reopened else self.beginning.waivers,
        )

    async def _go_on_from(self, screen: Screen) -> None:
        now = self.lease.now
        following = after(screen, now.mode, now.decisions.recovery)
        if following is Screen.UPLOAD:
            await self.upload.show_rows()
        self._go(following)

    async def _upload_first(self, stop: anyio.Event) -> None:
        await self.lease.runner.do(Upload(stop=stop))
        await self.lease.runner.do(Finish())

    async def _go_on(self, stop: anyio.Event) -> None:
        """Open the session anew, so that everything is as after a restart of the tool, and go on by the journal."""
        administrator = self.lease.now.administrator if self.lease.is_open else self._known.administrator
        if administrator is None:
            raise InputError("not-logged-in", "Nobody is logged on.", "Go back to the login and log on again.")
        self._reopened = True
        await self.lease.open(self.composer.app.engine, self._request())
        await self._learn()
        await go_on(self.lease.runner, administrator, stop)

    async def _upload_ended(self) -> None:
        if self.lease.is_open:
            await self._learn()
            await self._thaw_if_asked()
        if self.upload.state is UploadState.DONE:
            self._go(Screen.COMPLETE)
        if self._ends_after_upload:
            self._end()

    async def _thaw_if_asked(self) -> None:
        asked, self._thaw_when_stopped = self._thaw_when_stopped, False
        if not (asked and self._known.frozen and self.upload.state is UploadState.STOPPED):
            return
        try:
            await self.thaw()
        except OmtError as error:  # nobody waits for it: the page says it, and has a button to try again
            self._error = error
            self.changed()

    def _end(self) -> None:
        self.feed.close()
        self.closed.set()

    async def _learn(self) -> None:
        """Look up what the journal knows and the page shows."""
        runner = self.lease.runner
        known = await runner.journal.notes.pins()
        self._known = Known(
            frozen=facts.FROZEN in known,
            interrupted=facts.STARTED in known and facts.COMPLETED not in known,
            changes=known.get(facts.CHANGES, "{}"),
            administrator=runner.now.administrator or self._known.administrator,
        )
        self.changed()

    def _take(self, event: Event) -> None:
        self.upload.take(event)
        if isinstance(event, Notice):
            self.feed.publish("notice", json.dumps({"message": event.message}))
        if isinstance(event, FindingRaised):
            self.changed()

    def _row_changed(self, row: RowPart) -> None:
        self.feed.publish("row", row.model_dump_json())

    def _go(self, screen: Screen) -> None:
        if screen is not Screen.INSTALLATION:
            self._error = None
        self._screen = screen
        self.changed()

    def _refuse_while_uploading(self) -> None:
        if self.upload.under_way:
            raise InputError("upload-under-way", "The upload is under way.", "Pause or cancel it first.")

    @contextmanager
    def _busy_with(self, what: Busy) -> Iterator[None]:
        if self._busy is not None:
            raise InputError("busy", "The tool is at something else just now.", "Wait a moment, then try again.")
        self._busy = what
        self._error = None
        self.changed()
        try:
            yield
        finally:
            self._busy = None
            self.changed()
