"""The checks: have every rule say what it finds of a snapshot, and say whether all of it stands answered.

Asking changes nothing: `check` makes a report of a snapshot, however long that takes, and the report is taken into the
session by a step, as far as it still fits what is decided then. The engine uploads nothing before every check is
answered for the decisions as they are: what can be found beforehand must not come after the freeze. What comes about on
site since then is asked of the snapshot (`recheck/recheck.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from typing_extensions import override

from omt_core.api import calls
from omt_core.api.decisions import Waiver
from omt_core.api.events import CheckAsked, Event, EventSink, HookCalled
from omt_core.api.findings import WAIVER_PREFIX, Finding, FindingCode, Severity
from omt_core.api.plugin import Plugin
from omt_core.api.sentence import joined, plural, sentence
from omt_core.api.users import OtherAddress
from omt_core.engine.errors import CHECKS_INCOMPLETE, FINDINGS_STAND
from omt_core.engine.findings import (
    blocking,
    confirming_line,
    is_waived,
    may_be_waived,
    reasoned_line,
    unconfirmed,
    unused_waivers,
    waivers_of_test,
)
from omt_core.engine.opening import near_readers
from omt_core.engine.session import Engine, MigrationSession, Snapshot
from omt_core.engine.upload.missing import FoundMissing
from omt_core.plugin_host import Answers

PLANS: Final = "validate_plans"
USER_NAMES: Final = "validate_user_names"
MIGRATION: Final = "validate_migration"
USERS: Final = "validate_users"
INSTALLATION: Final = "validate_installation"
DOCUMENTS: Final = "validate_documents"
DECISION_CHECKS: Final = (PLANS, USER_NAMES, MIGRATION)
"""What looks at decisions, and is quick enough to be asked again whenever they change."""
ALL_CHECKS: Final = (*DECISION_CHECKS, USERS, INSTALLATION, DOCUMENTS)
"""What a full run must have been checked for."""
RECOVERY_CHECKS: Final = (INSTALLATION,)
"""What a recovery of missing files must have been checked for: it changes no users, and compares all files itself."""
PRECOPY_CHECKS: Final = (DOCUMENTS,)
"""What a precopy must have been checked for: it moves files and nothing else."""
NOT_IN_SNAPSHOT: Final = frozenset({DOCUMENTS})
"""What the upload judges by itself of each item, and is not asked again in the snapshot."""
_WAIVERS: Final = "waivers"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What some checks found, faults of plugins included, by check; of all plugins, or of `only` one.

    `snapshot` is what they looked at. `removed_addresses` are those of others that go online, where user names were
    looked at, and `missing` the files that are, where documents were looked at.
    """

    snapshot: Snapshot
    found: Mapping[str, tuple[Finding, ...]]
    only: str | None = None
    removed_addresses: tuple[OtherAddress, ...] | None = None
    missing: FoundMissing | None = None


async def check(
    engine: Engine, now: Snapshot, checks: Sequence[str], *, only: str | None = None, in_snapshot: bool = False
) -> CheckReport:
    """Ask the rules of these checks, or those of `only` one plugin, about a session as it is `now`.

    `in_snapshot`: the database is in the snapshot that goes online.
    """
    counted = replace(engine, dispatch=engine.dispatch.telling(_Questions.of(engine, checks, only)))
    asking = _Asking(counted, now, only, in_snapshot)
    found = {name: _told(await _ASK[name](asking)) for name in checks}
    return CheckReport(snapshot=now, found=found, only=only, removed_addresses=asking.removed, missing=asking.missing)


async def check_now(session: MigrationSession, checks: Sequence[str]) -> None:
    """Have the rules of these checks answer within a step, while nothing else is decided."""
    now = ask_again(session, checks)
    await take_report(session, await check(session.engine, now, checks))


def ask_again(session: MigrationSession, checks: Iterable[str]) -> Snapshot:
    """Say that these checks are asked again: until they answer, what they had answered does not stand."""
    asked = frozenset(checks)
    session.answer({name: basis for name, basis in session.now.answered.items() if name not in asked})
    return session.now


async def take_report(session: MigrationSession, report: CheckReport, *, before: Snapshot | None = None) -> None:
    """Take what checks found in the place of what they found before, as far as it is still about what is decided now.

    A report of another session is dropped. What one plugin says makes nothing whole that the others were not asked: it
    stands answered only if it did so in `before`, the snapshot of before they were asked again.
    """
    now = session.now
    if report.snapshot.session is not now.session:
        return
    current, looked_at = basis(now), basis(report.snapshot)
    answered = dict(now.answered)
    filed: dict[str, Iterable[Finding]] = {}
    for name, findings in report.found.items():
        if looked_at[name] != current[name]:
            continue
        filed[name] = (*_of_others(session.log.of(name), report.only), *findings)
        if report.only is None or (before is not None and before.answered.get(name, _NEVER) == current[name]):
            answered[name] = current[name]
    if report.missing is not None:
        await report.missing.keep(whole=report.only is None)
    session.log.file_all(filed)
    fits = USER_NAMES in report.found and looked_at[USER_NAMES] == current[USER_NAMES]
    session.answer(answered, report.removed_addresses if fits else None)
    file_about_waivers(session)


def file_about_waivers(session: MigrationSession) -> None:
    """Say which waivers have nothing to waive, and which are those of a test and not yet of the live migration."""
    session.log.file(_WAIVERS, ())
    now, host = session.now, session.engine.host
    names = (plugin.name for plugin in host.plugins)
    told = waivers_of_test(unconfirmed(now.findings, now.decisions.waivers, now.kind))
    session.log.file(_WAIVERS, (*unused_waivers(now.findings, now.waived, names, host.codes), *told))


def basis(now: Snapshot) -> Mapping[str, object]:
    """Return what each check looks at, of what can change in a session."""
    decisions = now.decisions
    return {
        PLANS: (now.users, now.catalogue, decisions.plans),
        USER_NAMES: (now.users, decisions.plans, decisions.user_names),
        MIGRATION: (now.users, decisions),
        USERS: now.users,
        INSTALLATION: None,
        DOCUMENTS: None,
    }


def unanswered(now: Snapshot, checks: Iterable[str]) -> tuple[str, ...]:
    """Return which of these checks do not stand answered in full for all that is decided now."""
    current = basis(now)
    return tuple(name for name in checks if now.answered.get(name, _NEVER) != current[name])


def refuse_unchecked(session: MigrationSession, checks: Iterable[str]) -> None:
    """Raise `InputError` `checks-incomplete` unless these checks stand answered."""
    left = unanswered(session.now, checks)
    if left:
        raise CHECKS_INCOMPLETE.error(
            sentence(
                "Nothing is uploaded before all checks have been answered for what is decided now: {left}.",
                left=", ".join(left),
            )
        )


def standing_errors(engine: Engine, now: Snapshot) -> tuple[Finding, ...]:
    """Return the errors that no waiver takes away: while one stands, nothing is uploaded."""
    return blocking(now.findings, now.waived, engine.host.codes)


def waived_errors(engine: Engine, now: Snapshot) -> tuple[Finding, ...]:
    """Return the errors that waivers take away in a migration of this kind."""
    errors = (one for one in now.findings if one.severity is Severity.ERROR)
    return tuple(one for one in errors if is_waived(one, now.waived, engine.host.codes))


def refuse_errors(session: MigrationSession) -> None:
    """Raise `FindingsError` when a finding of severity error stands that is not waived; nothing was changed so far."""
    standing = standing_errors(session.engine, session.now)
    if standing:
        may_stand = [one for one in standing if may_be_waived(one, session.engine.host.codes)]
        waivable = sorted({name for one in may_stand for name in one.waivers})
        now = session.now
        of_test = unconfirmed(standing, now.decisions.waivers, now.kind)
        remedies = [
            _mended(standing, session.engine.host.codes),
            *([sentence("Each has its reason: `{line}`.", line=reasoned_line(waivable))] if waivable else ()),
            *([_confirmed_again(of_test)] if of_test else ()),
            sentence("Nothing was changed so far."),
        ]
        raise FINDINGS_STAND.error(
            plural(
                len(standing),
                "{number:,} finding of severity error stands: {codes}.",
                "{number:,} findings of severity error stand: {codes}.",
                codes=", ".join(sorted({finding.code for finding in standing})),
            ),
            remedy=joined(remedies, " "),
        )


def _mended(standing: Sequence[Finding], codes: Mapping[str, FindingCode]) -> str:
    waivable = [may_be_waived(one, codes) for one in standing]
    if all(waivable):
        return sentence("Mend what is named, or waive it by `waive` in the answers file.")
    if not any(waivable):
        return sentence("Mend what is named: none of it can be waived.")
    fixed = ", ".join(sorted({one.code for one in standing if not may_be_waived(one, codes)}))
    return joined(
        [
            sentence("Mend what is named, or waive it by `waive` in the answers file."),
            sentence("{names} cannot be waived: the online side would refuse it.", names=fixed),
        ],
        " ",
    )


def _confirmed_again(of_test: Sequence[Waiver]) -> str:
    line = confirming_line(of_test)
    return sentence("What was waived for the test counts when it is confirmed: `{line}`.", line=line)


_NEVER: Final = object()


@dataclass(slots=True)
class _Questions(EventSink):
    """Counts the questions of a round while they are asked, and tells how many there are."""

    events: EventSink
    checks: frozenset[str]
    total: int
    asked: int = 0

    @classmethod
    def of(cls, engine: Engine, checks: Collection[str], only: str | None) -> _Questions:
        """Count those who answer these checks, or `only` one of them."""
        asked = [plugin for name in checks for plugin in engine.dispatch.implementers(getattr(Plugin, name))]
        return cls(engine.events, frozenset(checks), sum(only in {None, plugin} for plugin in asked))

    @override
    def emit(self, event: Event) -> None:
        self.events.emit(event)
        match event:
            case HookCalled(hook=check, plugin=plugin, moment="before") if check in self.checks:
                self.asked += 1
                self.events.emit(CheckAsked(check=check, plugin=plugin, number=self.asked, total=self.total))
            case _:
                pass


@dataclass(slots=True)
class _Asking:
    """One method for each check: makes the hook's call out of the snapshot."""

    engine: Engine
    now: Snapshot
    only: str | None
    in_snapshot: bool
    removed: tuple[OtherAddress, ...] | None = field(default=None, init=False)
    missing: FoundMissing | None = field(default=None, init=False)

    async def plans(self) -> Answers[Finding]:
        now = self.now
        call = calls.ValidatePlans(users=now.users, plans=now.decisions.plans, catalogue=now.catalogue, run=now.run)
        return await self.engine.dispatch.every(Plugin.validate_plans, call, only=self.only)

    async def user_names(self) -> Answers[Finding]:
        now, decisions = self.now, self.now.decisions
        names = {login: name for login, name in decisions.user_names.items() if login in decisions.plans}
        removed = await self.engine.dispatch.every(
            Plugin.list_removed_addresses,
            calls.ListRemovedAddresses(database=now.located.database, users=now.users, user_names=names, run=now.run),
        )
        self.removed = tuple(sorted({row.email_id: row for row in removed.values}.values(), key=_row))
        call = calls.ValidateUserNames(
            users=now.users,
            plans=decisions.plans,
            user_names=decisions.user_names,
            removed_addresses=self.removed,
            online=now.located.target,
            run=now.run,
        )
        return await self.engine.dispatch.every(Plugin.validate_user_names, call, only=self.only)

    async def migration(self) -> Answers[Finding]:
        now, located = self.now, self.now.located
        call = calls.ValidateMigration(
            installation=located.installation,
            database=located.database,
            licence=located.licence,
            users=now.users,
            decisions=now.decisions,
            run=now.run,
            in_snapshot=self.in_snapshot,
        )
        return await self.engine.dispatch.every(Plugin.validate_migration, call, only=self.only)

    async def users(self) -> Answers[Finding]:
        call = calls.ValidateUsers(database=self.now.located.database, users=self.now.users, run=self.now.run)
        return await self.engine.dispatch.every(Plugin.validate_users, call, only=self.only)

    async def installation(self) -> Answers[Finding]:
        located = self.now.located
        call = calls.ValidateInstallation(
            installation=located.installation,
            database=located.database,
            licence=located.licence,
            run=self.now.run,
            online=located.target,
            files_only=self.now.only_missing,
            in_snapshot=self.in_snapshot,
        )
        return await self.engine.dispatch.every(Plugin.validate_installation, call, only=self.only)

    async def documents(self) -> Answers[Finding]:
        located = self.now.located
        self.missing = FoundMissing(self.now.folder)
        async with near_readers(self.engine.dispatch, self.now.run) as near:
            call = calls.ValidateDocuments(
                installation=located.installation,
                database=located.database,
                run=self.now.run,
                missing=self.missing,
                near=near,
            )
            return await self.engine.dispatch.every(Plugin.validate_documents, call, only=self.only)


_ASK: Final[Mapping[str, Callable[[_Asking], Awaitable[Answers[Finding]]]]] = {
    PLANS: _Asking.plans,
    USER_NAMES: _Asking.user_names,
    MIGRATION: _Asking.migration,
    USERS: _Asking.users,
    INSTALLATION: _Asking.installation,
    DOCUMENTS: _Asking.documents,
}


def _told(answers: Answers[Finding]) -> tuple[Finding, ...]:
    """Return what rules found, and what went wrong with plugins while they were asked, under the one check."""
    return (*answers.values, *answers.faults)


def _row(address: OtherAddress) -> int:
    return address.email_id


def _of_others(findings: Iterable[Finding], only: str | None) -> Iterable[Finding]:
    """Return what stays when the rules of `only` one plugin are asked again: what is of the other plugins."""
    if only is None:
        return ()
    return (one for one in findings if one.plugin != only and f"{WAIVER_PREFIX}{only}" not in one.subjects)
