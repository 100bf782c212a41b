"""The proposal of a plan for each user (W58)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

from omt_core.api import Proposal, User, UserPlan, sentence
from omt_plans.plan_names import PlanNames, free_seats

Rule = Literal["match", "none"]
"""`match`: the online plan whose name equals that of the user's plan on site; `none`: nobody gets a plan.

ND: how the original places users at first is not documented (W58); `match` is our default.
"""

MATCH, NONE = get_args(Rule)


def propose_plans(
    users: Iterable[User], catalogue: Sequence[UserPlan], default: str, assigned: Mapping[str, str]
) -> tuple[Proposal, ...]:
    """Return one proposal per user, sorted by login; it names no plan where there is none, or no seat, for the user.

    `assigned` are the users who are decided about, with their plan or an empty text: they get no proposal, and their
    seats are taken.

    `default` is a `Rule` or the name of one plan for all. Where a plan has too few seats administrators get them
    first, since one of them must have a plan (W54), then users by login. A default that names no online plan is
    proposed as it stands, so that the validation refuses it by name; a silent "none" would hide a slip of the pen.
    """
    names = PlanNames(catalogue)
    left = {plan.name: free_seats(plan) for plan in names.plans}
    for plan_name in assigned.values():
        if plan_name in left:
            left[plan_name] = max(0, left[plan_name] - 1)
    proposals: list[Proposal] = []
    undecided = (user for user in users if user.login not in assigned)
    for user in sorted(undecided, key=lambda user: (not user.administrator, user.login)):
        wanted = user.onsite_plan if default == MATCH else None if default == NONE else default
        plan = names.find(wanted) if wanted is not None else None
        if plan is None:
            value = default if default not in {MATCH, NONE} else None
            proposals.append(Proposal(login=user.login, value=value, reason=_why_no_plan(user, default)))
        elif left[plan.name] == 0:
            proposals.append(
                Proposal(
                    login=user.login,
                    value=None,
                    reason=sentence("no seat of '{plan}' is left online", plan=_as_text(plan.name)),
                )
            )
        else:
            left[plan.name] -= 1
            reason = (
                sentence("has '{plan}' on site", plan=_as_text(wanted or ""))
                if default == MATCH
                else sentence("is the default for all")
            )
            proposals.append(Proposal(login=user.login, value=plan.name, reason=reason))
    return tuple(sorted(proposals, key=lambda proposal: proposal.login))


def _why_no_plan(user: User, default: str) -> str:
    if default == NONE:
        return sentence("the default is no plan")
    if default != MATCH:
        return sentence("is the default for all, but is not known online")
    if user.onsite_plan is None:
        return sentence("has no plan on site")
    return sentence("no online plan is named like '{plan}'", plan=_as_text(user.onsite_plan))


def _as_text(name: str) -> str:
    """Return a name that can be said: what is no text is written out."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
