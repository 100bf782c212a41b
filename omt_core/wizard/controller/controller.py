"""The session controller: takes a person from page to page, and asks the session for one step after another.

Which act may be done when, what the person waits for meanwhile, and which page comes after it stand in one table.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import anyio
from anyio.abc import TaskGroup
from pydantic import SecretStr

from omt_core.answers import pinned
from omt_core.api.decisions import Contact, MigrationKind, MigrationMode, RecoveryChoice, Waiver
from omt_core.api.errors import ExitCode, InstallationError, OmtError, OnlineNotNamedError
from omt_core.api.events import Event, FindingRaised, Notice, StartPlanned
from omt_core.api.installation import ManualAnswers
from omt_core.api.users import Administrator
from omt_core.engine import facts
from omt_core.engine.checklist import FinishChecklist, Notify
from omt_core.engine.checks import RECOVERY_CHECKS
from omt_core.engine.drive import go_on, precopy_again, prepare_again
from omt_core.engine.machine.examination import Examination, ExaminationRequest, examine
from omt_core.engine.opening import OpenRequest
from omt_core.engine.result import Result, file_totals, run_not_begun, unknown_fault
from omt_core.engine.session import Snapshot, tell_observers
from omt_core.engine.steps import ChooseRecovery, Confirm, Examine, Finish, LetUsersIn, Login, StayLoggedIn, Upload
from omt_core.engine.support.bundle import SupportBundle, SupportRequest, gather
from omt_core.engine.upload.planned_start import Clock, parse_start
from omt_core.engine.upload.rate import read_limit
from omt_core.engine.upload.timings import kept_estimate
from omt_core.engine.workspace import LIMIT_FILE, RECEIPT_FILE, REPORT_STEM
from omt_core.logs import log_files
from omt_core.plugin_host import StampedEvent
from omt_core.wizard.controller.ahead.documents import SentAhead, sent_ahead
from omt_core.wizard.controller.ahead.estimate import EstimateRun
from omt_core.wizard.controller.ahead.planned_start import NotePlan, PlannedStart
from omt_core.wizard.controller.checklist import Checklist
from omt_core.wizard.controller.checks import Checks
from omt_core.wizard.controller.composer import Compose, Composer
from omt_core.wizard.controller.document import Busy, EarlierPart, PlannedPart, RowPart, Screen, UploadState
from omt_core.wizard.controller.events import EventStream
from omt_core.wizard.controller.holder import SessionHolder
from omt_core.wizard.controller.memory import Memory, Remembered
from omt_core.wizard.controller.screens import after, before
from omt_core.wizard.controller.upload import UploadRun
from omt_core.wizard.controller.view import Known, Page, view
from omt_core.wizard.errors import (
    AHEAD_NOT_POSSIBLE,
    CHECKS_RUNNING,
    NO_WAY_BACK,
    NOT_AHEAD,
    NOT_LOGGED_IN,
    SETTINGS_IN_USE,
    START_NOT_PLANNED,
    TOOL_BUSY,
    UPLOAD_UNDER_WAY,
)
from omt_core.wizard.words import told_text

_log = logging.getLogger("omt.wizard")
_BUSY_SECONDS: Final = 0.5
"""Pause between two looks whether what was begun before a planned moment is done."""
_ASK_FOR_ANSWERS: Final = frozenset({"installation-not-found", "installation-incomplete"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOptions:
    """What the tool was started with: answers about the installation, which win over what is found, and waivers."""

    answers: ManualAnswers | None = None
    workspace: Path | None = None
    waivers: tuple[Waiver, ...] | None = None
    remembers_in: Path | None = None
    """Folder for what is answered on the page; None remembers nothing."""
    clock: Clock | None = None
    """What a planned start waits by; None is the clock of the machine."""


class Act(StrEnum):
    """What a person may do."""

    START = "start"
    DETECT = "detect"
    ASK_FOR_ANSWERS = "ask-for-answers"
    CHOOSE_RECOVERY = "choose-recovery"
    LOG_IN = "log-in"
    CONFIRM = "confirm"
    GO_BACK = "go-back"
    DECIDE = "decide"
    START_UPLOAD = "start-upload"
    CHECK_AGAIN = "check-again"
    SEND_AHEAD = "send-ahead"
    LEAVE_AHEAD = "leave-ahead"
    THAW = "thaw"
    CLOSE = "close"


def _opened(now: Snapshot | None) -> Screen:
    """Return the page after the installation was opened: the mode is known from then on (W7)."""
    return Screen.RECOVERY if now is not None and now.mode is MigrationMode.RECOVERY else Screen.LOGIN


def _logged_in(now: Snapshot | None) -> Screen:
    return Screen.LOGIN if now is None else after(Screen.LOGIN, now.mode, now.decisions.recovery)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """What an act comes to: what the person waits for while it lasts, and the page after it. None stays on the page.

    An act that waits for nothing may be done while another lasts. None of them may be done while the upload runs.
    """

    busy: Busy | None = None
    to: Screen | Callable[[Snapshot | None], Screen] | None = None


TRANSITIONS: Final[Mapping[Act, Transition]] = {
    Act.START: Transition(busy=Busy.OPENING, to=_opened),
    Act.DETECT: Transition(busy=Busy.OPENING, to=_opened),
    Act.ASK_FOR_ANSWERS: Transition(to=Screen.INSTALLATION),
    Act.CHOOSE_RECOVERY: Transition(to=Screen.LOGIN),
    Act.LOG_IN: Transition(busy=Busy.LOGGING_IN, to=_logged_in),
    Act.CONFIRM: Transition(busy=Busy.READING_USERS, to=Screen.CHECKLIST),
    Act.GO_BACK: Transition(),
    Act.DECIDE: Transition(),
    Act.START_UPLOAD: Transition(busy=Busy.STARTING, to=Screen.UPLOAD),
    Act.CHECK_AGAIN: Transition(busy=Busy.STARTING),
    Act.SEND_AHEAD: Transition(busy=Busy.STARTING, to=Screen.AHEAD),
    Act.LEAVE_AHEAD: Transition(busy=Busy.READING_USERS, to=Screen.CHECKLIST),
    Act.THAW: Transition(busy=Busy.THAWING),
    Act.CLOSE: Transition(busy=Busy.CLOSING, to=Screen.CLOSED),
}


class SessionController:
    """One for each process. Use `SessionController.run`; methods raise `OmtError` and then nothing has changed."""

    def __init__(self, group: TaskGroup, compose: Compose, options: StartOptions) -> None:
        """Begin at Welcome, with what was answered by hand the last time unless the tool was started with answers."""
        self._memory = Memory(options.remembers_in, options.workspace)
        remembered = self._memory.load() if options.answers is None else Remembered()
        self.composer = Composer(compose, remembered.sections)
        self.answers = options.answers or pinned.load(remembered.answers)
        self.events = EventStream()
        self.holder = SessionHolder(group, self._take)
        self.checklist = Checklist(self.holder, self.changed, self._refuse_decisions)
        self.checks = Checks(group, self.holder, self.changed, self._refuse_decisions)
        self.upload = UploadRun(group, self.holder, self.changed, self._row_changed)
        self.estimate = EstimateRun(group, self.holder, self.changed)
        self.support: SupportBundle | None = None
        """The support bundle that a person was shown last: it is that one which they take."""
        self.planned = PlannedStart(group, self._begin_as_planned, options.clock)
        self.closed = anyio.Event()
        self.options = options
        self._known = Known()
        self._busy: Busy | None = None
        self._error: OmtError | None = None
        self._screen = Screen.WELCOME
        self._revision = 0
        self._when_stopped: frozenset[Act] = frozenset()
        """What is done once the upload has stopped: the thaw, or the end of the tool."""

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
        return self.upload.under_way or self._busy is not None or self.planned.at is not None

    @property
    def now(self) -> Snapshot | None:
        """The session that is held, as it is at this moment; None where none is."""
        return self.holder.now if self.holder.is_open else None

    def state(self) -> str:
        """Return the state document as JSON."""
        online_url, _ = self.composer.online()
        page = Page(
            screen=self._screen,
            revision=self._revision,
            busy=self._busy,
            error=self._error or self.upload.error or self.checks.error,
            log=next(reversed(log_files()), None),
            known=self._known,
            online_url=online_url,
            codes=self.composer.app.host.codes,
            done=self.checklist.done,
            checks=self.checks.standing,
            upload=self.upload.part(),
            estimate=self.estimate.part(),
            planned=PlannedPart(at=self.planned.at, not_begun=self.planned.not_begun, lost=self.planned.lost),
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
            with self._doing(Act.START):
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
        with self._doing(Act.DETECT):
            given = {name: value for name, value in online.items() if value}
            if given:
                self.composer.change(self.composer.app.settings.core.holders.online, given)
            self.answers = answers
            self._remember()
            await self._open()

    async def examine_machine(self) -> Examination:
        """Look at what a night needs of this machine; nothing changes, also in the session."""
        request = ExaminationRequest(answers=self.answers, workspace=self._workspace)
        return await examine(self.composer.app.engine, request)

    async def gather_support(self) -> SupportBundle:
        """Put a support bundle together and keep it; nothing changes else. Raises `OmtError` `support-not-clean`."""
        now, app = self.now, self.composer.app
        self.support = None
        request = SupportRequest(
            settings=app.settings,
            workspace=self._workspace if now is None else now.folder,
            manual=self.answers,
            users=() if now is None else now.users,
            findings=None if now is None else now.findings,
        )
        self.support = await gather(app.engine, request)
        return self.support

    def ask_for_answers(self) -> None:
        """Show the manual answers although an installation was found: it may be the wrong one."""
        with self._doing(Act.ASK_FOR_ANSWERS):
            pass

    async def choose_recovery(self, choice: RecoveryChoice) -> None:
        """Take the choice of the page Recovery (W84)."""
        with self._doing(Act.CHOOSE_RECOVERY):
            await self.holder.runner.do(ChooseRecovery(choice=choice))

    async def log_in(self, user: str, password: SecretStr) -> None:
        """Log on (W20-W22)."""
        with self._doing(Act.LOG_IN):
            await self.holder.runner.do(Login(user=user, password=password))
            if _logged_in(self.now) is Screen.UPLOAD:
                await self.upload.show_rows()

    async def confirm(self, contact: Contact, kind: MigrationKind, *, agreed: bool) -> None:
        """Take the contact details, live or test, and the agreement; then read the users (W24-W30, W38)."""
        with self._doing(Act.CONFIRM):
            runner = self.holder.runner
            await runner.do(Confirm(contact=contact, kind=kind, agreement_accepted=agreed))
            prefilled, first = runner.now.decisions.notifications, self.checklist.done is None
            await self.checklist.open()
            if first and prefilled.summary is None:
                # Prefilled with the migrator's address (W69).
                await runner.do(Notify(notifications=replace(prefilled, summary=contact.email)))
        self.checks.run_anew()

    def go_back(self) -> None:
        """Show the page before this one (W6)."""
        with self._doing(Act.GO_BACK):
            now = self.now
            mode, choice = (None, None) if now is None else (now.mode, now.decisions.recovery)
            earlier = before(self._screen, mode, choice)
            if earlier is None:
                raise NO_WAY_BACK.error()
            self._go(earlier)

    def change_settings(self, section: str, values: Mapping[str, object]) -> None:
        """Change a plugin's settings before an installation is opened. Raises `InputError`."""
        if self.holder.is_open:
            raise SETTINGS_IN_USE.error()
        self.composer.change(section, values)
        self._remember()
        self.changed()

    # --- the upload

    async def start_upload(self) -> None:
        """Begin the upload, or go on with one that was paused, stopped, or failed (W70-W79); a plan is then no more."""
        if self._screen is Screen.AHEAD:
            await self.send_ahead()
            return
        if self.upload.state is not UploadState.IDLE:
            self._refuse(Act.START_UPLOAD)
            self.upload.start(self._go_on, look=self._learn, ended=self._upload_ended)
            return
        with self._doing(Act.START_UPLOAD):
            runner = self.holder.runner
            if runner.now.only_missing:
                await runner.do(Examine(checks=RECOVERY_CHECKS))
            else:
                self.checklist.refuse_undone()
                await runner.do(FinishChecklist())
            await self.cancel_plan()
            if self._screen is not Screen.UPLOAD:
                await self.upload.show_rows()
        self.upload.start(self._upload_first, look=self._learn, ended=self._upload_ended)

    async def plan_start(self, at: str) -> None:
        """Begin the upload later; all checks run again then. Raises as `parse_start` and `start_upload`."""
        self._refuse(Act.START_UPLOAD)
        if self._screen is not Screen.CHECKLIST:
            raise START_NOT_PLANNED.error()
        moment = parse_start(at, self.planned.clock.now())
        runner = self.holder.runner
        if not runner.now.only_missing:
            self.checklist.refuse_undone()
            await runner.do(FinishChecklist())
        await runner.do(NotePlan(at=moment))
        self.planned.plan(moment)
        runner.engine.events.emit(StartPlanned(at=moment.isoformat()))
        self.changed()

    async def cancel_plan(self) -> None:
        """Take back a planned start, or what is said of one that did not come to be.

        One whose checks run again is not begun; what checks it then notes that in the session, which it may just be
        opening anew.
        """
        waited = self.planned.at is not None
        self.planned.cancel()
        if self.holder.is_open and not self.planned.begins:
            if waited:
                await self._tell_cancelled()
            else:
                await self.holder.runner.do(NotePlan(at=None))
        self.changed()

    # --- ahead of the upload

    def estimate_upload(self) -> None:
        """Measure in the background how long the upload will take. Raises `InputError`."""
        self._refuse(Act.DECIDE)
        now = self.holder.now
        request = replace(self._request(waivers=None), writes=False, kind=now.kind)
        limit = read_limit(now.folder / LIMIT_FILE).at(datetime.now(UTC))
        self.estimate.start(lambda: self.composer.another().engine, request, limit)

    async def sent_ahead(self) -> SentAhead | None:
        """Return how much was sent ahead, also before an installation is opened."""
        return await sent_ahead(self.holder.now.folder if self.holder.is_open else self._workspace)

    async def send_ahead(self) -> None:
        """Send the documents while users still work, days before: no freeze, no database. Raises `InputError`."""
        if self._screen is not Screen.AHEAD:
            if self.checks.running:  # they read the same database
                raise CHECKS_RUNNING.error("The checks are running just now.")
            with self._doing(Act.SEND_AHEAD):
                if self.holder.now.mode is not MigrationMode.INITIAL:
                    raise AHEAD_NOT_POSSIBLE.error()
                await self.upload.show_rows(ahead=True)
        self._refuse(Act.SEND_AHEAD)
        self.upload.start(self._send_ahead, look=self._learn, ended=self._upload_ended)

    async def leave_ahead(self) -> None:
        """Go back to the checklist, in a session that is opened anew, as whoever comes back on another day does."""
        if self._screen is not Screen.AHEAD:
            raise NOT_AHEAD.error()
        with self._doing(Act.LEAVE_AHEAD):
            administrator = await self._open_again()
            runner, decisions = self.holder.runner, self.holder.now.decisions
            await runner.do(StayLoggedIn(administrator=administrator))
            kind, contact, agreed = decisions.kind, decisions.contact, decisions.agreement_accepted
            await runner.do(Confirm(contact=contact, kind=kind, agreement_accepted=agreed))
            await self.checklist.open()
            self.upload.forget()
            self.checks.forget()
        self.checks.run_anew()

    async def cancel_upload(self, *, thaw: bool) -> None:
        """Stop the upload, so that it can be gone on with; `thaw` lets the users in again once it has stopped."""
        self.upload.cancel()
        self._when_stopped = frozenset({Act.THAW}) if thaw else frozenset()
        if not self.upload.under_way:
            await self._do_when_stopped()

    async def thaw(self) -> None:
        """Let the users of the installation on site in again."""
        with self._doing(Act.THAW):
            await self.holder.runner.do(LetUsersIn())
            await self._learn()

    async def close(self) -> None:
        """End the tool (W5)."""
        with self._doing(Act.CLOSE):
            await self.holder.close()
        self._end()

    def stop(self) -> None:
        """Take a Ctrl-C: an upload is stopped so that it can be gone on with, then the tool ends. Returns at once."""
        if self.upload.under_way:
            self._when_stopped |= {Act.CLOSE}
            self.upload.cancel()
        else:
            self._end()

    async def result(self) -> Result:
        """Return what the tool ends with; to be asked for once `closed` is set."""
        await self.holder.close()
        return self.holder.result or Result(exit_code=ExitCode.DONE)

    # --- inside

    @contextmanager
    def _doing(self, act: Act) -> Iterator[None]:
        """Do an act as its transition has it. Raises `InputError` `busy` or `upload-under-way`."""
        self._refuse(act)
        transition = TRANSITIONS[act]
        if transition.busy is not None:
            self._busy, self._error = transition.busy, None
            self.changed()
        try:
            yield
        finally:
            if transition.busy is not None:
                self._busy = None
                self.changed()
        if transition.to is not None:
            self._go(transition.to if isinstance(transition.to, Screen) else transition.to(self.now))

    def _refuse(self, act: Act) -> None:
        if self.upload.under_way:
            raise UPLOAD_UNDER_WAY.error()
        if self._busy is not None and TRANSITIONS[act].busy is not None:
            raise TOOL_BUSY.error()

    def _refuse_decisions(self) -> None:
        self._refuse(Act.DECIDE)

    async def _open(self) -> None:
        if self.holder.is_open:  # what is planned is the start of the session that is left
            await self.cancel_plan()
        self.checklist.forget()
        self.checks.forget()
        self._known = Known()
        await self.holder.open(self.composer.app.engine, self._request(waivers=self.options.waivers))
        await self.planned.look_up(self.holder.runner)
        self.estimate.recall(await kept_estimate(self.holder.runner.journal))
        await self._learn()

    def _ask(self, error: OmtError) -> None:
        """Ask for answers on the page, and say why."""
        self._error = error
        self._go(Screen.INSTALLATION)

    def _remember(self) -> None:
        self._memory.keep(Remembered(answers=pinned.dump(self.answers), sections=self.composer.kept()))

    @property
    def _workspace(self) -> Path | None:
        return self.options.workspace or self.composer.app.settings.core.workspace

    def _request(self, *, waivers: tuple[Waiver, ...] | None) -> OpenRequest:
        return OpenRequest(
            answers=self.answers,
            workspace=self._workspace,
            writes=True,
            waivers=waivers,
        )

    async def _upload_first(self, stop: anyio.Event) -> None:
        await self.holder.runner.do(Upload(stop=stop))
        await self.holder.runner.do(Finish())

    async def _begin_as_planned(self) -> None:
        """Have everything checked again in a session that is opened anew, and begin the upload if nothing stands."""
        moment, error = self.planned.at, None
        if self._screen is Screen.AHEAD and self.upload.state in {UploadState.RUNNING, UploadState.PAUSING}:
            self.upload.cancel()
        while self._busy is not None or self.upload.under_way or self.checks.running:
            await self.planned.clock.sleep(_BUSY_SECONDS)
            if self.planned.at != moment:  # cancelled meanwhile, or planned anew
                return
        self.planned.begins = True
        try:
            with self._doing(Act.CHECK_AGAIN):
                administrator = await self._open_again()
                await prepare_again(self.holder.runner, administrator)
                await self.holder.runner.do(NotePlan(at=None))
                if self.planned.at == moment:
                    self.upload.forget()
                    await self.upload.show_rows()
        except OmtError as raised:
            error = raised
        except Exception as fault:  # noqa: BLE001 - nobody waits for it: the page and whoever is to be told must hear of it
            _log.exception("the planned start failed in a way that the tool does not know")
            error = unknown_fault(fault)
        self.planned.begins = False
        if self.planned.at != moment:
            await self._not_wanted(error)
            return
        self.planned.at = None
        if error is None:
            self._go(Screen.UPLOAD)
            self.upload.start(self._upload_first, look=self._learn, ended=self._upload_ended)
        else:
            self.planned.not_begun = moment
            await self._not_begun(error)

    async def _not_wanted(self, error: OmtError | None) -> None:
        """Stay where the person is, who cancelled the start while everything was checked again."""
        if self.holder.is_open:
            await self._tell_cancelled()
        else:
            self._error = error
            self._screen = Screen.WELCOME
        self.changed()

    async def _tell_cancelled(self) -> None:
        await self.holder.runner.do(NotePlan(at=None))
        self.holder.runner.engine.events.emit(StartPlanned(at=""))

    async def _not_begun(self, error: OmtError) -> None:
        """Journal and tell that a planned start was not begun; the checklist stays open, to mend what stands."""
        if self.holder.is_open:
            await self.holder.end_run(error, planned=True)
            await self.holder.runner.do(NotePlan(at=None))
        else:
            event = run_not_begun(error, None, planned=True)
            await tell_observers(self.composer.app.engine, StampedEvent(event=event, at=self.planned.clock.now()))
            self._screen = Screen.WELCOME
        self._error = error
        self.changed()

    async def _go_on(self, stop: anyio.Event) -> None:
        """Go on by the journal, in a session that is opened anew."""
        administrator = await self._open_again()
        await go_on(self.holder.runner, administrator, stop)

    async def _send_ahead(self, stop: anyio.Event) -> None:
        administrator = await self._open_again()
        await precopy_again(self.holder.runner, administrator, stop)

    async def _open_again(self) -> Administrator:
        """Open the session anew, so that everything is as after a restart of the tool; return who is logged on."""
        now = self.now
        administrator = self._known.administrator if now is None else now.administrator
        if administrator is None:
            raise NOT_LOGGED_IN.error()
        # The journal knows by now what is waived, also on the page.
        await self.holder.open(self.composer.app.engine, self._request(waivers=None))
        await self._learn()
        return administrator

    async def _upload_ended(self) -> None:
        if self.holder.is_open:
            await self._learn()
        if self.upload.state is UploadState.DONE and self._screen is not Screen.AHEAD:
            self._go(Screen.COMPLETE)
        await self._do_when_stopped()

    async def _do_when_stopped(self) -> None:
        acts, self._when_stopped = self._when_stopped, frozenset()
        frozen = self.holder.is_open and self._known.frozen and self.upload.state is UploadState.STOPPED
        if Act.THAW in acts and frozen:
            try:
                await self.thaw()
            except OmtError as error:  # nobody waits for it: the page says it, and has a button to try again
                self._error = error
                self.changed()
        if Act.CLOSE in acts:
            self._end()

    def _end(self) -> None:
        self.events.close()
        self.closed.set()

    async def _learn(self) -> None:
        """Look up what the journal knows and the page shows."""
        runner = self.holder.runner
        pinned = await runner.journal.notes.pins()
        self._known = Known(
            frozen=facts.FROZEN in pinned,
            interrupted=facts.STARTED in pinned and facts.COMPLETED not in pinned,
            thawed_at=_thawed_at(pinned),
            earlier=await self._earlier(pinned),
            changes=pinned.get(facts.CHANGES, "{}"),
            administrator=runner.now.administrator or self._known.administrator,
        )
        self.changed()

    async def _earlier(self, pinned: Mapping[str, str]) -> EarlierPart | None:
        """Return what is online since an earlier run; once this one uploads there is another result to look at."""
        now, begun = self.holder.now, self.upload.state is not UploadState.IDLE
        if begun or now.mode is MigrationMode.INITIAL or facts.COMPLETED not in pinned:
            return None
        counted = await file_totals(self.holder.runner.journal)
        return EarlierPart(
            kind=MigrationKind(pinned[facts.STARTED]),
            at=datetime.fromisoformat(pinned[facts.COMPLETED]),
            files=sum(one.confirmed_items for one in counted),
            bytes=sum(one.confirmed_bytes for one in counted),
            missing=sum(one.missing for one in counted),
            failed=sum(one.failed for one in counted),
            left_out=sum(one.left_out for one in counted),
            receipt=(now.folder / RECEIPT_FILE).is_file(),
            report=(now.folder / f"{REPORT_STEM}.html").is_file(),
        )

    def _take(self, event: Event) -> None:
        self.upload.take(event)
        self.checks.take(event)
        if isinstance(event, Notice):
            self.events.publish("notice", json.dumps(told_text("message", event.message)))
        if isinstance(event, FindingRaised):
            self.changed()

    def _row_changed(self, row: RowPart) -> None:
        self.events.publish("row", row.model_dump_json())

    def _go(self, screen: Screen) -> None:
        if screen is not Screen.INSTALLATION:
            self._error = None
        self._screen = screen
        self.changed()


def _thawed_at(pinned: Mapping[str, str]) -> datetime | None:
    """Return when users were let in again on site, unless they are kept out now."""
    thawed = facts.THAWED in pinned and facts.FROZEN not in pinned
    return datetime.fromisoformat(pinned[facts.THAWED]) if thawed else None
