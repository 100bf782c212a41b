"""The session: what is known of a migration, what the migrator decided, and the rules about deciding.

Both front ends, the command line and the wizard, work on this one object, so that what one of them can do the other
can. Every decision is in the journal before the call that makes it returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from omt_core.api.calls import Observe, RecoveryPlan
from omt_core.api.database import SourceDatabase
from omt_core.api.decisions import Contact, Decisions, MigrationKind, MigrationMode, Notifications, RecoveryChoice
from omt_core.api.errors import ChoiceNeededError, InputError
from omt_core.api.events import FindingRaised
from omt_core.api.findings import Finding
from omt_core.api.installation import Installation, Licence
from omt_core.api.online import CompletedMigration, OnlineTarget, TenantStatus
from omt_core.api.users import Administrator, OtherAddress, User, UserPlan
from omt_core.engine.surroundings import Surroundings
from omt_core.journal import Journal
from omt_core.plugin_host import Dispatch, EventHub, PluginHost, StampedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What every run of this process shares: the plugins, the way to ask them, and the events."""

    host: PluginHost
    dispatch: Dispatch
    events: EventHub
    settle_seconds: float = 0.0


async def tell_observers(engine: Engine, event: StampedEvent) -> None:
    """Tell the observing plugins of an event. One that fails is told to everybody, and hears of nothing any more."""
    for fault in await engine.dispatch.observe(Observe(event=event.event, at=event.at)):
        engine.events.emit(FindingRaised(finding=fault))


@dataclass(slots=True, kw_only=True)
class Located:
    """What Welcome found out: the installation with its open database, its licence, and the tenant if one is named."""

    installation: Installation
    database: SourceDatabase
    licence: Licence
    target: OnlineTarget | None
    status: TenantStatus | None
    plan: RecoveryPlan


@dataclass(slots=True, kw_only=True)
class Reviewed:
    """What the Checklist found out. `found` holds what each check (a hook's name) said when it was asked last.

    `seen` holds what each check that was asked in all plugins looked at then; one that is being asked is not in it.
    """

    users: Sequence[User] = ()
    catalogue: Sequence[UserPlan] | None = None
    removed_addresses: Sequence[OtherAddress] = ()
    found: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    seen: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class MigrationSession:
    """One migration in one workspace, from Welcome to Complete."""

    engine: Engine
    journal: Journal
    folder: Path
    located: Located
    resources: AsyncExitStack
    decisions: Decisions
    administrator: Administrator | None = None
    reviewed: Reviewed = field(default_factory=Reviewed)
    findings: tuple[Finding, ...] = ()
    completed: CompletedMigration | None = None
    writes: bool = True
    """Whether anything may be begun online; not in a dry run or a check."""
    asked_kind: MigrationKind | None = None
    """Live or test as the answers have it, until that is decided in this session."""
    finishing: bool = False
    """The tenant imported while this tool was dead: what is left is to hear of it, and to send what is missing."""

    @property
    def run(self) -> Surroundings:
        """The context for hook calls."""
        return Surroundings(self.engine.events, self.folder)

    @property
    def mode(self) -> MigrationMode:
        """First upload or recovery."""
        return self.located.plan.mode

    @property
    def kind(self) -> MigrationKind:
        """Live or test: what is decided, or what this run was asked for and ended before it decided."""
        return self.asked_kind or self.decisions.kind

    @property
    def only_missing(self) -> bool:
        """Whether this run uploads missing and changed files and nothing else (W86)."""
        return self.mode is MigrationMode.RECOVERY and self.decisions.recovery is RecoveryChoice.MISSING

    async def choose_recovery(self, choice: RecoveryChoice | None) -> None:
        """Choose between the options of the page Recovery (W84). None is not a choice: none is preselected.

        Raises `ChoiceNeededError` `recovery-choice-needed`, or `recovery-choice-not-possible` for one that this
        migration does not have.
        """
        if self.mode is MigrationMode.INITIAL:
            await self._decide(replace(self.decisions, recovery=None))
            return
        possible = self.located.plan.choices
        words = tuple(option.value for option in possible)
        if choice is None:
            raise ChoiceNeededError(
                "recovery-choice-needed",
                f"This licence was migrated before, so the tool is in recovery mode. Possible: {', '.join(words)}.",
                "Give one of them by --recover or by `recover` in the answers file.",
                choices=words,
            )
        if choice not in possible:
            raise ChoiceNeededError(
                "recovery-choice-not-possible",
                f"{choice.value!r} is not possible here: only a test migration may be overwritten.",
                f"Possible now: {', '.join(words)}.",
                choices=words,
            )
        kind = self.decisions.kind
        if choice is RecoveryChoice.MISSING and self.located.status is not None and self.located.status.migration:
            # What is completed is completed as it was: live, or as a test.
            kind = self.located.status.migration.kind
        if choice is RecoveryChoice.MISSING:
            self.asked_kind = None
        await self._decide(replace(self.decisions, recovery=choice, kind=kind))

    async def confirm(self, *, contact: Contact | None, kind: MigrationKind, agreement_accepted: bool) -> None:
        """Take the contact details, live or test, and the agreement (W24-W30).

        Raises `InputError` `agreement-not-accepted` or `contact-missing`.
        """
        if not agreement_accepted:
            raise InputError(
                "agreement-not-accepted",
                "A migration needs the CRM Online agreement to be accepted.",
                "Read the agreement, then set accept_agreement = true in the answers file.",
            )
        if contact is None:
            raise InputError(
                "contact-missing",
                "A migration needs the migrator's contact details.",
                "Fill the section [contact] in the answers file.",
            )
        await self._decide(replace(self.decisions, kind=kind, contact=contact, agreement_accepted=True))
        self.asked_kind = None

    async def take_kind(self, kind: MigrationKind) -> None:
        """Decide live or test where there is no Confirm (precopy)."""
        await self._decide(replace(self.decisions, kind=kind))
        self.asked_kind = None

    async def assign(self, *, plans: Mapping[str, str], user_names: Mapping[str, str]) -> None:
        """Decide all plans and user names; empty texts mean none."""
        await self._decide(
            replace(
                self.decisions,
                plans={login: plan for login, plan in sorted(plans.items()) if plan},
                user_names={login: name for login, name in sorted(user_names.items()) if name},
            )
        )

    async def notify(self, notifications: Notifications) -> None:
        """Decide who is told afterwards (W69)."""
        await self._decide(replace(self.decisions, notifications=notifications))

    async def waive(self, waivers: Sequence[str]) -> None:
        """Decide which findings, or plugins, do not stop the run."""
        await self._decide(replace(self.decisions, waivers=tuple(sorted(set(waivers)))))

    async def _decide(self, decisions: Decisions) -> None:
        await self.journal.notes.save_decisions(decisions)
        self.decisions = decisions
