"""The steps before and after the Checklist; each belongs to a phase and works on the session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.context import StopSignal
from omt_core.api.decisions import Contact, MigrationKind, RecoveryChoice, Waiver
from omt_core.api.plugin import Plugin
from omt_core.api.sentence import joined, sentence
from omt_core.api.stages import UploadStage
from omt_core.api.users import Administrator, LoginOutcome
from omt_core.engine import facts, phases
from omt_core.engine.checks import (
    ALL_CHECKS,
    PRECOPY_CHECKS,
    RECOVERY_CHECKS,
    CheckReport,
    ask_again,
    check_now,
    file_about_waivers,
    refuse_errors,
    refuse_unchecked,
    take_report,
)
from omt_core.engine.errors import (
    FILES_UNREADABLE,
    LOGIN_NO_VERIFIER,
    LOGIN_NOT_ADMINISTRATOR,
    LOGIN_RETIRED,
    LOGIN_WRONG_CREDENTIALS,
    WAIVER_NOT_POSSIBLE,
    WAIVER_REASON_MISSING,
)
from omt_core.engine.findings import reasoned_line
from omt_core.engine.freeze import thaw
from omt_core.engine.opening import rebuild_journal
from omt_core.engine.runner import Step
from omt_core.engine.session import MigrationSession, Snapshot
from omt_core.engine.upload.live_import import refuse_thaw, tell_thawed_since
from omt_core.engine.upload.run import precopy, refuse_unready, stages_of, upload
from omt_core.engine.upload.wakefulness import kept_awake


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseRecovery(Step[None]):
    """Choose what recovery shall do (W84); in a first upload there is nothing to choose.

    `named_kind`: live or test where somebody said which.
    """

    phase = phases.RECOVERY
    choice: RecoveryChoice | None
    named_kind: MigrationKind | None = None

    @override
    async def perform(self, session: MigrationSession) -> None:
        await session.choose_recovery(self.choice, named_kind=self.named_kind)
        if (
            session.now.only_missing
            and not session.now.finishing
            and facts.OVERWRITING in await session.journal.notes.pins()
        ):
            # The journal followed an overwrite that was cut short: its items are not those of what is online.
            await rebuild_journal(session)
        await session.journal.runs.change_mode(mode=session.now.mode, baseline=session.now.only_missing)


_REFUSED = {
    LoginOutcome.WRONG_CREDENTIALS: LOGIN_WRONG_CREDENTIALS,
    LoginOutcome.NOT_ADMINISTRATOR: LOGIN_NOT_ADMINISTRATOR,
    LoginOutcome.RETIRED: LOGIN_RETIRED,
    LoginOutcome.NO_VERIFIER: LOGIN_NO_VERIFIER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Login(Step[None]):
    """Log on as a local administrator (W18-W23)."""

    phase = phases.LOGIN
    user: str
    password: SecretStr = field(repr=False)

    @override
    async def perform(self, session: MigrationSession) -> None:
        result = await session.engine.dispatch.one(
            Plugin.authenticate,
            calls.Authenticate(
                installation=session.now.located.installation,
                database=session.now.located.database,
                user=self.user,
                password=self.password,
                run=session.now.run,
            ),
        )
        if result.outcome is not LoginOutcome.ACCEPTED:
            refused = _REFUSED[result.outcome]
            told = (refused.meaning, result.detail) if result.detail else (refused.meaning,)
            raise refused.error(joined(told, " "))
        session.log_on(result.administrator)


@dataclass(frozen=True, slots=True, kw_only=True)
class StayLoggedIn(Step[None]):
    """Let whom this process has logged on go on in a session that was opened anew, after a pause or a failure."""

    phase = phases.LOGIN
    administrator: Administrator

    @override
    async def perform(self, session: MigrationSession) -> None:
        session.log_on(self.administrator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Step[None]):
    """Contact details, live or test, agreement (W24-W30)."""

    phase = phases.CONFIRM
    contact: Contact | None
    kind: MigrationKind
    agreement_accepted: bool

    @override
    async def perform(self, session: MigrationSession) -> None:
        await session.confirm(contact=self.contact, kind=self.kind, agreement_accepted=self.agreement_accepted)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAgain(Step[Snapshot]):
    """Say that all checks are asked again, beside the person, and return what they shall look at.

    Until they have answered nothing is uploaded.
    """

    @override
    async def perform(self, session: MigrationSession) -> Snapshot:
        return ask_again(session, ALL_CHECKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeReport(Step[None]):
    """Take what checks found, as far as it is still about what is decided now. `before`: as they were asked again."""

    report: CheckReport
    before: Snapshot

    @override
    async def perform(self, session: MigrationSession) -> None:
        await take_report(session, self.report, before=self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waive(Step[None]):
    """Let a finding stop the upload no more, or again.

    Raises `InputError` `waiver-not-possible`, or `waiver-reason-missing`: a waiver has its reason.
    """

    names: str
    waived: bool
    reason: str = ""

    @override
    async def perform(self, session: MigrationSession) -> None:
        codes = session.engine.host.codes
        known = codes.get(self.names)
        if self.waived and known is not None and not known.waivable:
            raise WAIVER_NOT_POSSIBLE.error(
                sentence("{names} cannot be waived: the online side would refuse it.", names=self.names),
                remedy=known.remedy,
            )
        now = session.now
        if self.waived and not self.reason.strip():
            raise WAIVER_REASON_MISSING.error(
                sentence("{names} is waived only with a reason.", names=self.names),
                remedy=sentence(
                    "Say why it may stand; in an answers file: `{line}`.", line=reasoned_line([self.names])
                ),
            )
        others = [one for one in now.decisions.waivers if one.names != self.names]
        given = [Waiver(names=self.names, reason=self.reason, kind=now.kind)] if self.waived else []
        await session.waive([*others, *given])
        file_about_waivers(session)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetUsersIn(Step[None]):
    """Thaw the installation on site."""

    @override
    async def perform(self, session: MigrationSession) -> None:
        located = session.now.located
        told = await refuse_thaw(session.journal, located.licence, located.target, insisted=True)
        thawed = await thaw(session.engine, session.journal, located.installation, located.database)
        session.log.file("thaw", (*told, *thawed.findings))
        if thawed.error is not None:
            raise thawed.error


@dataclass(frozen=True, slots=True, kw_only=True)
class Examine(Step[None]):
    """Ask the rules that an upload without a Checklist needs. Raises `FindingsError` when an error stands."""

    checks: Sequence[str]

    @override
    async def perform(self, session: MigrationSession) -> None:
        await check_now(session, self.checks)
        refuse_errors(session)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStages(Step[Sequence[UploadStage]]):
    """Return the stages that the upload will have, those of partners among them (W73), or the files alone."""

    files_only: bool = False

    @override
    async def perform(self, session: MigrationSession) -> Sequence[UploadStage]:
        now = session.now
        async with now.located.database.snapshot() as snapshot:
            return await stages_of(session, snapshot, files_only=self.files_only or now.only_missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload(Step[None]):
    """Move everything and have it imported (W70-W79).

    Refused unless everything was checked for the decisions as they are now: what can be found beforehand must not come
    after the freeze.
    """

    phase = phases.UPLOAD
    heeds_stop = True
    stop: StopSignal

    @override
    async def perform(self, session: MigrationSession) -> None:
        refuse_unready(session)
        refuse_unchecked(session, RECOVERY_CHECKS if session.now.only_missing else ALL_CHECKS)
        refuse_errors(session)
        with kept_awake():
            await upload(session, self.stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Precopy(Step[None]):
    """Upload files ahead of the night; refused unless the files were checked."""

    phase = phases.UPLOAD
    heeds_stop = True
    stop: StopSignal
    kind: MigrationKind

    @override
    async def perform(self, session: MigrationSession) -> None:
        await session.choose_recovery(None)
        refuse_unchecked(session, PRECOPY_CHECKS)
        refuse_errors(session)
        await session.take_kind(self.kind)
        with kept_awake():
            await precopy(session, self.stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish(Step[None]):
    """Complete (W80): say so when users were let in too early, or files were left behind that could not be read."""

    phase = phases.COMPLETE

    @override
    async def perform(self, session: MigrationSession) -> None:
        await tell_thawed_since(session)
        failed = sum(total.failed for total in (await session.journal.items.totals()).values())
        if failed:
            raise FILES_UNREADABLE.error(
                sentence(
                    "The migration is completed, but for files that could not be read and were left behind: {failed}.",
                    failed=failed,
                )
            )
