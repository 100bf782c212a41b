"""The rules that an assignment of plans must keep (W53-W55)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from omt_core.api import Finding, User, UserPlan, joined, listing, plural, quantity, sentence
from omt_plans import findings
from omt_plans.plan_names import PlanNames, folded, free_seats
from omt_plans.proposal import MATCH, NONE

SHOWN = 10
"""How many logins a message names; all are subjects of the finding."""


def validate_plans(
    users: Sequence[User], plans: Mapping[str, str], catalogue: Sequence[UserPlan] | None
) -> tuple[Finding, ...]:
    """Return what is wrong with an assignment. `plans` maps login to plan; no catalogue: the tenant was not asked.

    Without a catalogue nothing can be proposed either, so an empty assignment then means "not decided yet": only that
    plans were not checked is said, and not that nobody has one.
    """
    found = [*_unknown_logins(users, plans)]
    if catalogue is None:
        found.append(
            findings.PLANS_NOT_CHECKED.finding(sentence("The user plans could not be checked without a tenant."))
        )
        if not plans:
            return tuple(found)
    else:
        names = PlanNames(catalogue)
        found += [*_unknown_plans(plans, names), *_overbooked(plans, names), *_full(users, plans, names)]
    return (*found, *_no_administrator(users, plans), *_without_plan(users, plans))


def _members(plans: Mapping[str, str]) -> Mapping[str, list[str]]:
    members: defaultdict[str, list[str]] = defaultdict(list)
    for login, plan in sorted(plans.items()):
        members[plan].append(login)
    return members


def _unknown_logins(users: Iterable[User], plans: Mapping[str, str]) -> Iterator[Finding]:
    for login in sorted(set(plans) - {user.login for user in users}):
        yield findings.PLAN_FOR_UNKNOWN_LOGIN.finding(
            sentence(
                "{login}: the plan '{plan}' is assigned to a login that no user has.", login=login, plan=plans[login]
            ),
            (login,),
        )


def _unknown_plans(plans: Mapping[str, str], names: PlanNames) -> Iterator[Finding]:
    for plan, logins in sorted(_members(plans).items()):
        if names.exact(plan) is None:
            said = sentence(
                "The plan '{plan}' of {users} does not exist online.", plan=plan, users=listing(sorted(logins), SHOWN)
            )
            yield findings.PLAN_UNKNOWN.finding(joined([said, *_meant(plan, names)], " "), tuple(logins))


def _meant(plan: str, names: PlanNames) -> Iterator[str]:
    meant = names.find(plan)
    if meant is not None:
        yield sentence("Is '{plan}' meant?", plan=meant.name)
    elif rule := next((rule for rule in (MATCH, NONE) if folded(rule) == folded(plan)), None):
        yield sentence("As the default for all, `{rule}` is written in small letters.", rule=rule)


def _overbooked(plans: Mapping[str, str], names: PlanNames) -> Iterator[Finding]:
    members = _members(plans)
    for plan in names.plans:
        logins = members.get(plan.name, [])
        if len(logins) > free_seats(plan):
            message = sentence(
                "The plan '{plan}' is given to {users} but has {seats}, {used} of them taken already: {names}."
                if plan.used
                else "The plan '{plan}' is given to {users} but has {seats}: {names}.",
                plan=plan.name,
                users=quantity(len(logins), "user"),
                seats=quantity(plan.total, "seat"),
                used=plan.used,
                names=listing(sorted(logins), SHOWN),
            )
            yield findings.PLAN_OVERBOOKED.finding(message, (plan.name, *logins))


def _full(users: Iterable[User], plans: Mapping[str, str], names: PlanNames) -> Iterator[Finding]:
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    for user in users:
        plan = names.find(user.onsite_plan) if user.onsite_plan and user.login not in plans else None
        if plan is not None:
            waiting[plan.name].append(user.login)
    members = _members(plans)
    for name, logins in sorted(waiting.items()):
        plan = names.exact(name)
        if plan is not None and len(members.get(name, [])) >= free_seats(plan):
            yield findings.PLAN_FULL.finding(
                plural(
                    len(logins),
                    "The plan '{plan}' has no seat left for {users}, who has it on site ({seats} in all).",
                    "The plan '{plan}' has no seat left for {users}, who have it on site ({seats} in all).",
                    plan=name,
                    users=listing(sorted(logins), SHOWN),
                    seats=quantity(plan.total, "seat"),
                ),
                (name, *logins),
            )


def _no_administrator(users: Iterable[User], plans: Mapping[str, str]) -> Iterator[Finding]:
    administrators = [user.login for user in users if user.administrator]
    if not any(login in plans for login in administrators):
        message = sentence(
            "None of the administrators has a plan. Administrators are {users}."
            if administrators
            else "None of the administrators has a plan. There is no administrator.",
            users=listing(sorted(administrators), SHOWN),
        )
        yield findings.ADMINISTRATOR_WITHOUT_PLAN.finding(message, tuple(administrators))


def _without_plan(users: Iterable[User], plans: Mapping[str, str]) -> Iterator[Finding]:
    without = [user.login for user in users if user.login not in plans]
    if without:
        yield findings.USER_WITHOUT_PLAN.finding(
            sentence(
                "Users without a plan, who cannot log in online ({count:,}): {users}.",
                count=len(without),
                users=listing(sorted(without), SHOWN),
            ),
            tuple(without),
        )
