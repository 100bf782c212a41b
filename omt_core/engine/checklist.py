"""The Checklist: reads users, proposes plans and user names, takes what is decided about them, and ends (W38-W69)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

from typing_extensions import override

from omt_core.api import calls
from omt_core.api.decisions import Decisions, Notifications
from omt_core.api.plugin import Plugin
from omt_core.api.sentence import sentence
from omt_core.api.text import listing
from omt_core.api.users import Proposal, User, UserPlan
from omt_core.engine import phases
from omt_core.engine.checks import (
    ALL_CHECKS,
    DECISION_CHECKS,
    PLANS,
    USER_NAMES,
    check_now,
    refuse_errors,
    refuse_unchecked,
)
from omt_core.engine.errors import CHECKLIST_NOT_OPEN, LOGIN_UNKNOWN
from omt_core.engine.findings import DECISIONS_UNUSED
from omt_core.engine.runner import Step
from omt_core.engine.session import MigrationSession
from omt_core.plugin_host import Answers

_OWNER: Final = "checklist"
_PROPOSED: Final = "plans-proposed"
_SHOWN: Final = 10
"""How many logins a sentence names; all are subjects of the finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignments:
    """What the migrator assigned by hand, which wins over proposals; an empty text takes an assignment away."""

    default_plan: str = "match"
    plans: Mapping[str, str] = field(default_factory=dict)
    user_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Step[None]):
    """Plans, user names, notifications, and every check (W38-W69). Raises `FindingsError` when an error stands."""

    phase = phases.CHECKLIST
    assigned: Assignments = field(default_factory=Assignments)
    notifications: Notifications = field(default_factory=Notifications)

    @override
    async def perform(self, session: MigrationSession) -> None:
        await session.notify(self.notifications)
        session.review(*await read_users(session))
        await _propose(session, self.assigned)
        await check_now(session, ALL_CHECKS)
        refuse_errors(session)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChecklist(Step[None]):
    """Read the users and propose plans and user names, for a person to change (W58, W62).

    Plans are proposed once in a migration: whose plan was taken away afterwards shall not get it back unasked.
    """

    phase = phases.CHECKLIST
    ends_phase: ClassVar[bool] = False

    @override
    async def perform(self, session: MigrationSession) -> None:
        session.review(*await read_users(session))
        notes = session.journal.notes.of(_OWNER)
        again = await notes.recall(_PROPOSED) is not None
        await _propose(session, Assignments(default_plan="none") if again else Assignments())
        await notes.remember(_PROPOSED, "yes")
        await check_now(session, (PLANS, USER_NAMES))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlans(Step[None]):
    """Decide some users' plans; who gets one gets the user name that is proposed, too. The rules answer at once.

    An empty text takes a plan away. Raises `InputError` `login-unknown`, and then nothing is changed. Whether the
    result keeps the rules is for the checks to say.
    """

    changes: Mapping[str, str]

    @override
    async def perform(self, session: MigrationSession) -> None:
        _refuse_closed(session)
        _refuse_strangers(session, self.changes)
        decisions = of_users(session.now.decisions, session.now.users)
        await session.assign(plans={**decisions.plans, **self.changes}, user_names=decisions.user_names)
        await _propose_user_names(session)
        await check_now(session, (PLANS, USER_NAMES))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeUserNames(Step[None]):
    """Decide some users' names, as `ChangePlans` decides plans."""

    changes: Mapping[str, str]

    @override
    async def perform(self, session: MigrationSession) -> None:
        _refuse_closed(session)
        _refuse_strangers(session, self.changes)
        decisions = of_users(session.now.decisions, session.now.users)
        await session.assign(plans=decisions.plans, user_names={**decisions.user_names, **self.changes})
        await check_now(session, (USER_NAMES,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify(Step[None]):
    """Decide who is told afterwards (W69)."""

    notifications: Notifications

    @override
    async def perform(self, session: MigrationSession) -> None:
        _refuse_closed(session)
        await session.notify(self.notifications)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishChecklist(Step[None]):
    """End the Checklist: ask the rules about all decisions once more.

    Raises `InputError` `checks-incomplete` while others are not answered, `FindingsError` when an error stands.
    """

    phase = phases.CHECKLIST

    @override
    async def perform(self, session: MigrationSession) -> None:
        await check_now(session, DECISION_CHECKS)
        refuse_unchecked(session, ALL_CHECKS)
        refuse_errors(session)


async def read_users(session: MigrationSession) -> tuple[tuple[User, ...], tuple[UserPlan, ...] | None]:
    """Read the users, and the plans that exist online where a tenant is known."""
    now = session.now
    read = await session.engine.dispatch.one(
        Plugin.read_users, calls.ReadUsers(database=now.located.database, run=now.run)
    )
    catalogue = None if now.located.target is None else tuple(await now.located.target.plans())
    return tuple(sorted(read, key=lambda user: user.login)), catalogue


def of_users(decisions: Decisions, users: Iterable[User]) -> Decisions:
    """Return decisions without plans and user names of logins that none of these users has."""
    logins = {user.login for user in users}
    return replace(
        decisions,
        plans={login: plan for login, plan in decisions.plans.items() if login in logins},
        user_names={login: name for login, name in decisions.user_names.items() if login in logins},
    )


async def _propose(session: MigrationSession, assigned: Assignments) -> None:
    """Decide plans and user names: what was assigned by hand, else what an earlier run decided, else the proposals."""
    now, earlier = session.now, of_users(session.now.decisions, session.now.users)
    _tell_unused(session, assigned)
    by_hand = {**earlier.plans, **assigned.plans}
    proposed = await session.engine.dispatch.every(
        Plugin.propose_plans,
        calls.ProposePlans(
            users=now.users,
            catalogue=now.catalogue or (),
            default=assigned.default_plan,
            assigned=by_hand,
            run=now.run,
        ),
    )
    plans = {**_values(session, "propose_plans", proposed), **by_hand}
    await session.assign(plans=plans, user_names={**earlier.user_names, **assigned.user_names})
    await _propose_user_names(session, assigned.user_names)


def _tell_unused(session: MigrationSession, assigned: Assignments) -> None:
    """Say whom an earlier run decided about who is no user any more. What is assigned by hand the rules judge."""
    decisions, used = session.now.decisions, of_users(session.now.decisions, session.now.users)
    earlier = {*decisions.plans, *decisions.user_names} - {*used.plans, *used.user_names}
    unused = sorted(earlier - {*assigned.plans, *assigned.user_names})
    if unused:  # a second look finds nothing: they are let go with the first
        told = sentence("Decided about earlier, and no users any more: {users}.", users=listing(unused, _SHOWN))
        session.log.add(_OWNER, [DECISIONS_UNUSED.finding(told, tuple(unused))])


async def _propose_user_names(session: MigrationSession, by_hand: Mapping[str, str] | None = None) -> None:
    """Give users who have a plan and no user name the one that is proposed; not those decided about `by_hand`."""
    now, decisions = session.now, session.now.decisions
    names = {
        **await proposed_user_names(session, now.users, decisions.plans), **decisions.user_names, **(by_hand or {})
    }  # fmt: skip
    await session.assign(plans=decisions.plans, user_names=names)


async def proposed_user_names(
    session: MigrationSession, users: Sequence[User], plans: Mapping[str, str]
) -> Mapping[str, str]:
    """Return the user name that is proposed for each of these users, by login."""
    call = calls.ProposeUserNames(users=users, plans=plans, run=session.now.run)
    proposed = await session.engine.dispatch.every(Plugin.propose_user_names, call)
    return _values(session, "propose_user_names", proposed)


def _refuse_strangers(session: MigrationSession, changes: Mapping[str, str]) -> None:
    strangers = sorted(set(changes) - {user.login for user in session.now.users})
    if strangers:
        raise LOGIN_UNKNOWN.error(
            sentence("No user has the login {logins}.", logins=listing([repr(login) for login in strangers]))
        )


def _refuse_closed(session: MigrationSession) -> None:
    if not session.now.users:
        raise CHECKLIST_NOT_OPEN.error()


def _values(session: MigrationSession, hook: str, proposed: Answers[Proposal]) -> dict[str, str]:
    """Return what is proposed for each user: the lowest order wins, ties by the plugins' names, as they come."""
    session.log.file(hook, proposed.faults)
    best: dict[str, Proposal] = {}
    for proposal in sorted(proposed.values, key=lambda one: one.order):
        best.setdefault(proposal.login, proposal)
    return {login: proposal.value for login, proposal in best.items() if proposal.value is not None}
