"""The Checklist: reads the users, proposes plans and user names, and decides them (W38-W68)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from omt_core.api import calls
from omt_core.api.errors import InputError
from omt_core.api.plugin import Plugin
from omt_core.api.users import Proposal
from omt_core.engine.checking import file_faults
from omt_core.engine.session import MigrationSession, Reviewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignments:
    """What the migrator assigned by hand, which wins over proposals; an empty text takes an assignment away."""

    default_plan: str = "match"
    plans: Mapping[str, str] = field(default_factory=dict)
    user_names: Mapping[str, str] = field(default_factory=dict)


async def read_users(session: MigrationSession) -> None:
    """Read the users, and the plans that exist online where a tenant is known."""
    users = await session.engine.dispatch.one(
        Plugin.read_users, calls.ReadUsers(database=session.located.database, run=session.run)
    )
    catalogue = None if session.located.target is None else await session.located.target.plans()
    session.reviewed = Reviewed(users=users, catalogue=catalogue, found=session.reviewed.found)


async def propose(session: MigrationSession, assigned: Assignments) -> None:
    """Decide plans and user names: what was assigned by hand, else what an earlier run decided, else the proposals."""
    users, earlier = session.reviewed.users, session.decisions
    by_hand = {**earlier.plans, **assigned.plans}
    proposed = await session.engine.dispatch.every(
        Plugin.propose_plans,
        calls.ProposePlans(
            users=users,
            catalogue=session.reviewed.catalogue or (),
            default=assigned.default_plan,
            assigned=by_hand,
            run=session.run,
        ),
    )
    file_faults(session, "propose_plans", proposed.faults)
    plans = {**_values(proposed.values), **by_hand}
    await session.assign(plans=plans, user_names={**earlier.user_names, **assigned.user_names})
    await propose_user_names(session, assigned.user_names)


async def propose_user_names(session: MigrationSession, by_hand: Mapping[str, str] | None = None) -> None:
    """Give users who have a plan and no user name the one that is proposed; not those decided about `by_hand`."""
    decisions = session.decisions
    proposed = await session.engine.dispatch.every(
        Plugin.propose_user_names,
        calls.ProposeUserNames(users=session.reviewed.users, plans=decisions.plans, run=session.run),
    )
    file_faults(session, "propose_user_names", proposed.faults)
    names = {**_values(proposed.values), **decisions.user_names, **(by_hand or {})}
    await session.assign(plans=decisions.plans, user_names=names)


async def change(
    session: MigrationSession, *, plans: Mapping[str, str] | None = None, user_names: Mapping[str, str] | None = None
) -> None:
    """Decide some users' plans and user names; an empty text takes one away.

    Raises `InputError` `login-unknown`, and then nothing is changed. Whether the result keeps the rules is for the
    checks to say.
    """
    known = {user.login for user in session.reviewed.users}
    strangers = sorted(({*(plans or {})} | {*(user_names or {})}) - known)
    if strangers:
        raise InputError(
            "login-unknown",
            f"No user has the login {', '.join(map(repr, strangers[:5]))}{' ...' if len(strangers) > 5 else ''}.",  # noqa: PLR2004 - what fits a line
            "Correct the login; it stands in the column Id or login of the list of users.",
        )
    decisions = session.decisions
    await session.assign(
        plans={**decisions.plans, **(plans or {})}, user_names={**decisions.user_names, **(user_names or {})}
    )


def _values(proposals: Sequence[Proposal]) -> dict[str, str]:
    """Return what is proposed for each user: the lowest order wins, ties by the plugins' names, as they come."""
    best: dict[str, Proposal] = {}
    for proposal in sorted(proposals, key=lambda one: one.order):
        best.setdefault(proposal.login, proposal)
    return {login: proposal.value for login, proposal in best.items() if proposal.value is not None}
