"""The records that hooks receive, made with sensible contents: a test says only what it is about."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from omt_core.api import (
    Contact,
    Decisions,
    Installation,
    Licence,
    MigrationKind,
    MigrationMode,
    Notice,
    OnlineTarget,
    OtherAddress,
    RunContext,
    SourceDatabase,
    User,
    UserPlan,
    calls,
)
from omt_core.api.hook import RoleSettings
from omt_core.testing.recording import RecordingContext
from omt_core.testing.samples import SAMPLE_INSTALLATION, SAMPLE_LICENCE, EmptyDatabase, sample_user


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCalls:
    """Makes the calls of rules and proposals about these users and this installation.

    Where a call tells of plans and user names and the test gives none, every user has the plan of on site (else
    `default_plan`) and the first own address as user name.
    """

    users: Sequence[User] = field(default_factory=lambda: (sample_user("HH"), sample_user("HUH")))
    database: SourceDatabase = field(default_factory=EmptyDatabase)
    installation: Installation = SAMPLE_INSTALLATION
    licence: Licence = SAMPLE_LICENCE
    run: RunContext = field(default_factory=RecordingContext)
    default_plan: str = "ten-sales"

    @property
    def plans(self) -> Mapping[str, str]:
        """A plan for every login."""
        return {user.login: user.onsite_plan or self.default_plan for user in self.users}

    @property
    def user_names(self) -> Mapping[str, str]:
        """A user name for every login that has an address."""
        return {user.login: user.emails[0] for user in self.users if user.emails}

    @property
    def catalogue(self) -> Sequence[UserPlan]:
        """An online plan with room enough for each plan that is in use."""
        return tuple(UserPlan(name=name, total=1_000) for name in sorted({*self.plans.values(), self.default_plan}))

    @property
    def decisions(self) -> Decisions:
        """What a migrator would have decided by the time of the checks."""
        return Decisions(
            agreement_accepted=True,
            contact=Contact(email="migrator@example.com", phone="+47 22 10 00 01"),
            plans=self.plans,
            user_names=self.user_names,
        )

    def examine_machine(self, *, kind: MigrationKind = MigrationKind.LIVE) -> calls.ExamineMachine:
        """Make the call of `examine_machine`, with the roles held as the settings have them by default."""
        return calls.ExamineMachine(
            installation=self.installation,
            workspace=self.run.workspace or Path(tempfile.gettempdir()),
            kind=kind,
            roles=RoleSettings().model_dump(),
            run=self.run,
        )

    def propose_plans(
        self, *, catalogue: Sequence[UserPlan] | None = None, default: str = "match"
    ) -> calls.ProposePlans:
        """Make the call of `propose_plans`."""
        offered = self.catalogue if catalogue is None else catalogue
        return calls.ProposePlans(users=self.users, catalogue=offered, default=default, run=self.run)

    def propose_user_names(self, *, plans: Mapping[str, str] | None = None) -> calls.ProposeUserNames:
        """Make the call of `propose_user_names`."""
        return calls.ProposeUserNames(users=self.users, plans=self.plans if plans is None else plans, run=self.run)

    def list_removed_addresses(self, *, user_names: Mapping[str, str] | None = None) -> calls.ListRemovedAddresses:
        """Make the call of `list_removed_addresses`."""
        names = self.user_names if user_names is None else user_names
        return calls.ListRemovedAddresses(database=self.database, users=self.users, user_names=names, run=self.run)

    def validate_installation(self) -> calls.ValidateInstallation:
        """Make the call of `validate_installation`."""
        return calls.ValidateInstallation(
            installation=self.installation, database=self.database, licence=self.licence, run=self.run
        )

    def validate_users(self) -> calls.ValidateUsers:
        """Make the call of `validate_users`."""
        return calls.ValidateUsers(database=self.database, users=self.users, run=self.run)

    def validate_plans(
        self, *, plans: Mapping[str, str] | None = None, catalogue: Sequence[UserPlan] | None = None
    ) -> calls.ValidatePlans:
        """Make the call of `validate_plans`; without a catalogue no tenant was asked."""
        chosen = self.plans if plans is None else plans
        return calls.ValidatePlans(users=self.users, plans=chosen, catalogue=catalogue, run=self.run)

    def validate_user_names(
        self,
        *,
        plans: Mapping[str, str] | None = None,
        user_names: Mapping[str, str] | None = None,
        removed_addresses: Sequence[OtherAddress] = (),
        online: OnlineTarget | None = None,
    ) -> calls.ValidateUserNames:
        """Make the call of `validate_user_names`; without `online` no tenant can be asked."""
        return calls.ValidateUserNames(
            users=self.users,
            plans=self.plans if plans is None else plans,
            user_names=self.user_names if user_names is None else user_names,
            removed_addresses=removed_addresses,
            online=online,
            run=self.run,
        )

    def validate_documents(self) -> calls.ValidateDocuments:
        """Make the call of `validate_documents`."""
        return calls.ValidateDocuments(installation=self.installation, database=self.database, run=self.run)

    def validate_migration(self, *, decisions: Decisions | None = None) -> calls.ValidateMigration:
        """Make the call of `validate_migration`."""
        return calls.ValidateMigration(
            installation=self.installation,
            database=self.database,
            licence=self.licence,
            users=self.users,
            decisions=decisions or self.decisions,
            run=self.run,
        )

    def before_phase(self) -> calls.AroundPhase:
        """Make the call of `before_phase`."""
        return calls.AroundPhase(phase="login", mode=MigrationMode.INITIAL, decisions=self.decisions, run=self.run)

    def after_phase(self) -> calls.AroundPhase:
        """Make the call of `after_phase`."""
        return self.before_phase()

    def observe(self) -> calls.Observe:
        """Make the call of `observe`."""
        moment = datetime(2020, 1, 1, tzinfo=UTC)
        return calls.Observe(event=Notice(message="A line for a person."), at=moment, run=self.run)
