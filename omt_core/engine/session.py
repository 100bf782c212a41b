"""The session: what is known of a migration, what the migrator decided, and the rules about deciding.

It is an actor. Whoever is outside gets `now`, a snapshot that never changes; whatever changes the session is a step,
performed one at a time by the `Runner`, whoever asks for it: so what one front end can do the other can, and nothing
happens beside anything else. Every decision is in the journal before the call that makes it returns. All that a session
holds is assigned in this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from typing_extensions import override

from omt_core.api.calls import Observe, RecoveryPlan
from omt_core.api.context import RunContext
from omt_core.api.database import SourceDatabase
from omt_core.api.decisions import (
    Contact,
    Decisions,
    MigrationKind,
    MigrationMode,
    Notifications,
    RecoveryChoice,
    Waiver,
)
from omt_core.api.errors import InputError
from omt_core.api.events import Event, EventSink, FindingRaised
from omt_core.api.findings import Finding
from omt_core.api.installation import Installation, Licence
from omt_core.api.language import Language
from omt_core.api.online import CompletedMigration, OnlineTarget, TenantStatus
from omt_core.api.sentence import sentence
from omt_core.api.users import Administrator, OtherAddress, User, UserPlan
from omt_core.engine.errors import (
    AGREEMENT_NOT_ACCEPTED,
    CONTACT_MISSING,
    RECOVERY_CHOICE_NEEDED,
    RECOVERY_CHOICE_NOT_POSSIBLE,
    RECOVERY_OF_OTHER_KIND,
)
from omt_core.engine.findings import FindingLog, of_test
from omt_core.journal import Journal
from omt_core.plugin_host import Dispatch, EventHub, PluginHost, StampedEvent


class Surroundings(RunContext):
    """The context of every hook call of one run."""

    def __init__(self, events: EventSink, workspace: Path | None = None) -> None:
        self._events = events
        self._workspace = workspace

    @property
    @override
    def workspace(self) -> Path | None:
        """The migration's private folder."""
        return self._workspace

    @override
    def emit(self, event: Event) -> None:
        """Tell all observers."""
        self._events.emit(event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What every run of this process shares: the plugins, the way to ask them, and the events."""

    host: PluginHost
    dispatch: Dispatch
    events: EventHub
    settle_seconds: float = 0.0
    snapshots: int = 5
    agreement_url: str | None = None


async def tell_observers(engine: Engine, event: StampedEvent) -> None:
    """Tell the observing plugins of an event. One that fails is told to everybody, and hears of nothing any more."""
    call = Observe(event=event.event, at=event.at, run=Surroundings(engine.events))
    for fault in await engine.dispatch.observe(call):
        engine.events.emit(FindingRaised(finding=fault))


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What Welcome found out: the installation with its open database, its licence, and the tenant if one is named."""

    installation: Installation
    database: SourceDatabase
    licence: Licence
    target: OnlineTarget | None
    status: TenantStatus | None
    plan: RecoveryPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A session at one moment.

    `session` tells one session from another, `revision` grows with every change. `answered` holds, for each check that
    was answered in full and is not being asked again, what it looked at.
    """

    session: object
    revision: int = 0
    folder: Path
    run: RunContext
    """The context for hook calls."""
    located: Located
    decisions: Decisions
    administrator: Administrator | None = None
    users: tuple[User, ...] = ()
    catalogue: tuple[UserPlan, ...] | None = None
    removed_addresses: tuple[OtherAddress, ...] = ()
    answered: Mapping[str, object] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    found: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    """The findings by who found them: a check, a hook, a part of the engine."""
    completed: CompletedMigration | None = None
    writes: bool = True
    """Whether anything may be begun online; not in a dry run or a check."""
    asked_kind: MigrationKind | None = None
    """Live or test as the answers have it, until that is decided in this session."""
    finishing: bool = False
    """The tenant imported while this tool was dead: what is left is to hear of it, and to send what is missing."""

    @property
    def mode(self) -> MigrationMode:
        """First upload or recovery."""
        return self.located.plan.mode

    @property
    def kind(self) -> MigrationKind:
        """Live or test: what is decided, or what this run was asked for and ended before it decided."""
        return self.asked_kind or self.decisions.kind

    @property
    def waived(self) -> tuple[Waiver, ...]:
        """What is waived in a migration of this kind: what was waived for a test is asked for again when it is live."""
        return self.decisions.waived(self.kind)

    @property
    def only_missing(self) -> bool:
        """Whether this run uploads missing and changed files and nothing else (W86)."""
        return self.mode is MigrationMode.RECOVERY and self.decisions.recovery is RecoveryChoice.MISSING


class MigrationSession:
    """One migration in one workspace, from Welcome to Complete. Its methods are for steps."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        *,
        folder: Path,
        located: Located,
        decisions: Decisions,
        writes: bool = True,
        finishing: bool = False,
        asked_kind: MigrationKind | None = None,
    ) -> None:
        """Begin with what Welcome has found out and the journal has of earlier decisions."""
        self.engine = engine
        self.journal = journal
        self.log = FindingLog(engine.events)
        self._now = Snapshot(
            session=self,
            folder=folder,
            run=Surroundings(engine.events, folder),
            located=located,
            decisions=decisions,
            writes=writes,
            finishing=finishing,
            asked_kind=asked_kind,
        )

    @property
    def now(self) -> Snapshot:
        """The session as it is at this moment."""
        if self._now.findings is not self.log.all:
            self._now = replace(
                self._now, revision=self._now.revision + 1, findings=self.log.all, found=self.log.groups
            )
        return self._now

    # --- decisions, each with its rule

    async def choose_recovery(self, choice: RecoveryChoice | None, *, named_kind: MigrationKind | None = None) -> None:
        """Choose between the options of the page Recovery (W84). None is not a choice: none is preselected.

        `named_kind` is live or test where somebody said which. Raises `ChoiceNeededError` `recovery-choice-needed`, or
        `recovery-choice-not-possible` for one that this migration does not have, and `InputError`
        `recovery-of-other-kind` where missing files would be added to a migration of another kind than was named.
        """
        now = self.now
        if now.mode is MigrationMode.INITIAL:
            await self._decide(replace(now.decisions, recovery=None))
            return
        possible = now.located.plan.choices
        words = tuple(option.value for option in possible)
        if choice is None:
            raise RECOVERY_CHOICE_NEEDED.error(
                sentence(
                    "This licence was migrated before, so the tool is in recovery mode. Possible: {words}.",
                    words=", ".join(words),
                ),
                choices=words,
            )
        if choice not in possible:
            raise RECOVERY_CHOICE_NOT_POSSIBLE.error(
                sentence(
                    "{choice} is not possible here: only a test migration may be overwritten.",
                    choice=repr(choice.value),
                ),
                remedy=sentence("Possible now: {words}.", words=", ".join(words)),
                choices=words,
            )
        if choice is not RecoveryChoice.MISSING:
            await self._decide(replace(now.decisions, recovery=choice))
            return
        status, kind = now.located.status, now.decisions.kind
        if status is not None and status.migration:
            # What is completed is completed as it was: live, or as a test.
            kind = status.migration.kind
            if named_kind not in {None, kind}:
                raise _of_other_kind(kind)
        await self._decide(replace(now.decisions, recovery=choice, kind=kind), kind_decided=True)

    async def confirm(self, *, contact: Contact | None, kind: MigrationKind, agreement_accepted: bool) -> None:
        """Take the contact details, live or test, and the agreement (W24-W30).

        Raises `InputError` `agreement-not-accepted` or `contact-missing`.
        """
        if not agreement_accepted:
            address = self.engine.agreement_url
            raise AGREEMENT_NOT_ACCEPTED.error(
                remedy=None
                if address is None
                else sentence(
                    "Read the agreement at {address}, then set accept_agreement = true in the answers file.",
                    address=address,
                )
            )
        if contact is None:
            raise CONTACT_MISSING.error()
        decided = replace(self.now.decisions, kind=kind, contact=self._speaking(contact), agreement_accepted=True)
        await self._decide(decided, kind_decided=True)

    def _speaking(self, contact: Contact) -> Contact:
        """Return the contact with a language: its own, that of an earlier run, or that of this machine."""
        before = self.now.decisions.contact
        language = contact.language or (before and before.language) or Language.of_this_machine().value
        return replace(contact, language=language)

    async def take_kind(self, kind: MigrationKind) -> None:
        """Decide live or test where there is no Confirm (precopy)."""
        await self._decide(replace(self.now.decisions, kind=kind), kind_decided=True)

    async def assign(self, *, plans: Mapping[str, str], user_names: Mapping[str, str]) -> None:
        """Decide all plans and user names; empty texts mean none."""
        await self._decide(
            replace(
                self.now.decisions,
                plans={login: plan for login, plan in sorted(plans.items()) if plan},
                user_names={login: name for login, name in sorted(user_names.items()) if name},
            )
        )

    async def notify(self, notifications: Notifications) -> None:
        """Decide who is told afterwards (W69)."""
        await self._decide(replace(self.now.decisions, notifications=notifications))

    async def waive(self, waivers: Iterable[Waiver]) -> None:
        """Decide which findings, or plugins, do not stop the run; of two about the same the last counts."""
        named = {one.names: one for one in waivers}
        await self._decide(replace(self.now.decisions, waivers=tuple(named[name] for name in sorted(named))))

    async def _decide(self, decisions: Decisions, *, kind_decided: bool = False) -> None:
        if kind_decided and decisions.kind is MigrationKind.TEST:
            # Waivers of an answers file came in before it was known that this is a test.
            decisions = replace(decisions, waivers=of_test(decisions.waivers))
        await self.journal.notes.save_decisions(decisions)
        self._now = replace(
            self.now,
            revision=self.now.revision + 1,
            decisions=decisions,
            asked_kind=None if kind_decided else self.now.asked_kind,
        )

    # --- what is found out

    def log_on(self, administrator: Administrator | None) -> None:
        """Take who is logged on."""
        self._now = replace(self.now, revision=self.now.revision + 1, administrator=administrator)

    def review(self, users: Sequence[User], catalogue: Sequence[UserPlan] | None) -> None:
        """Take the users, and the plans that exist online, as they were read."""
        self._now = replace(
            self.now,
            revision=self.now.revision + 1,
            users=tuple(users),
            catalogue=None if catalogue is None else tuple(catalogue),
        )

    def answer(self, answered: Mapping[str, object], removed_addresses: Sequence[OtherAddress] | None = None) -> None:
        """Take which checks stand answered from now on, and which addresses of others go online, where one said it."""
        rows = self.now.removed_addresses if removed_addresses is None else tuple(removed_addresses)
        self._now = replace(self.now, revision=self.now.revision + 1, answered=dict(answered), removed_addresses=rows)

    def complete(self, completed: CompletedMigration, findings: Iterable[Finding] = ()) -> None:
        """Take what came of the import."""
        self.log.file("completion", findings)
        self._now = replace(self.now, revision=self.now.revision + 1, completed=completed)


def _of_other_kind(online: MigrationKind) -> InputError:
    """Return the error of missing files for a migration of one kind where one of the other is online."""
    if online is MigrationKind.TEST:
        return RECOVERY_OF_OTHER_KIND.error(
            sentence(
                "A live migration is asked for, and what is online is a test: to add missing files to it makes nothing"
                " live."
            ),
            remedy=sentence(
                'To go live, overwrite the test: give --recover overwrite-test, or set `recover = "overwrite-test"`. To'
                " add missing files to the test, set `test_migration = true`."
            ),
        )
    return RECOVERY_OF_OTHER_KIND.error(
        sentence("A test is asked for, and what is online is the live migration: no test can follow it."),
        remedy=sentence("To add missing files to the live migration, set `test_migration = false`."),
    )
