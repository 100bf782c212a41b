"""The Checklist: reads the users, proposes plans and user names, and has every rule say what it finds (W38-W69)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from omt_core.api import calls
from omt_core.api.findings import Finding
from omt_core.api.users import Proposal
from omt_core.engine.findings import merged, unused_waivers
from omt_core.engine.session import MigrationSession, Reviewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignments:
    """What the migrator assigned by hand, which wins over proposals; an empty text takes an assignment away."""

    default_plan: str = "match"
    plans: Mapping[str, str] = field(default_factory=dict)
    user_names: Mapping[str, str] = field(default_factory=dict)


async def read_users(session: MigrationSession) -> None:
    """Read the users, and the plans that exist online where a tenant is known."""
    users = await session.engine.bus.read_users(calls.ReadUsers(database=session.located.database, run=session.run))
    catalogue = None if session.located.target is None else await session.located.target.plans()
    session.reviewed = Reviewed(users=users, catalogue=catalogue)


async def propose(session: MigrationSession, assigned: Assignments) -> None:
    """Decide plans and user names: what was assigned by hand, else what an earlier run decided, else the proposals."""
    bus, users, earlier = session.engine.bus, session.reviewed.users, session.decisions
    by_hand = {**earlier.plans, **assigned.plans}
    proposed = await bus.propose_plans(
        calls.ProposePlans(
            users=users,
            catalogue=session.reviewed.catalogue or (),
            default=assigned.default_plan,
            assigned=by_hand,
            run=session.run,
        )
    )
    plans = {**_values(proposed), **by_hand}
    with_plan = {login: plan for login, plan in plans.items() if plan}
    names = await bus.propose_user_names(calls.ProposeUserNames(users=users, plans=with_plan, run=session.run))
    await session.assign(plans=with_plan, user_names={**_values(names), **earlier.user_names, **assigned.user_names})


async def check_everything(session: MigrationSession) -> Sequence[Finding]:
    """Ask every rule, keep what was found in the session, and return it."""
    groups = [await check_users(session), await check_installation(session)]
    documents = await session.engine.bus.validate_documents(
        calls.ValidateDocuments(
            installation=session.located.installation, database=session.located.database, run=session.run
        )
    )
    return _keep(session, *groups, documents)


async def check_users(session: MigrationSession) -> Sequence[Finding]:
    """Ask the rules about users, plans and user names; quick enough to be asked while a person works."""
    bus, located, reviewed, decisions = session.engine.bus, session.located, session.reviewed, session.decisions
    reviewed.removed_addresses = await bus.list_removed_addresses(
        calls.ListRemovedAddresses(
            database=located.database,
            users=reviewed.users,
            user_names={login: name for login, name in decisions.user_names.items() if login in decisions.plans},
            run=session.run,
        )
    )
    return [
        *await bus.validate_users(
            calls.ValidateUsers(database=located.database, users=reviewed.users, run=session.run)
        ),
        *await bus.validate_plans(
            calls.ValidatePlans(
                users=reviewed.users, plans=decisions.plans, catalogue=reviewed.catalogue, run=session.run
            )
        ),
        *await bus.validate_user_names(
            calls.ValidateUserNames(
                users=reviewed.users,
                plans=decisions.plans,
                user_names=decisions.user_names,
                removed_addresses=reviewed.removed_addresses,
                online=located.target,
                run=session.run,
            )
        ),
    ]


async def check_installation(session: MigrationSession) -> Sequence[Finding]:
    """Ask the rules about the installation, and those about the partners' own subjects."""
    bus, located = session.engine.bus, session.located
    return [
        *await bus.validate_installation(
            calls.ValidateInstallation(
                installation=located.installation,
                database=located.database,
                licence=located.licence,
                run=session.run,
            )
        ),
        *await bus.validate_migration(
            calls.ValidateMigration(
                installation=located.installation,
                database=located.database,
                licence=located.licence,
                users=session.reviewed.users,
                decisions=session.decisions,
                run=session.run,
            )
        ),
    ]


def _keep(session: MigrationSession, *groups: Sequence[Finding]) -> Sequence[Finding]:
    host, waivers = session.engine.host, session.decisions.waivers
    found = merged(session.findings, *groups, session.engine.bus.take_faults(), host.inactive_findings())
    session.findings = merged(found, unused_waivers(found, waivers, (plugin.name for plugin in host.plugins)))
    return session.findings


def _values(proposals: Sequence[Proposal]) -> dict[str, str]:
    return {proposal.login: proposal.value for proposal in proposals if proposal.value is not None}
