"""The rules that user names must keep (W59-W68)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from omt_core.api import Finding, OnlineTarget, OtherAddress, User, listing, quantity
from omt_crm.user_names import canonical_user_name
from omt_usernames import findings
from omt_usernames.address import why_invalid
from omt_usernames.settings import UserNamesSettings

SHOWN = 10
"""How many cases a message names; all are subjects of the finding."""

NAMES_PER_REQUEST = 200
"""How many user names the tenant is asked about at once."""


def validate_names(
    users: Sequence[User], plans: Mapping[str, str], user_names: Mapping[str, str], settings: UserNamesSettings
) -> Iterator[Finding]:
    """Yield what is wrong with user names as far as it can be told without the tenant."""
    yield from _unknown_logins(users, user_names)
    names = names_in_use(users, plans, user_names)
    for user in sorted(users, key=lambda user: user.login):
        if user.login not in plans:
            continue
        name = names.get(user.login)
        if name is None:
            unusable = _unusable(user, settings)
            yield findings.MISSING.finding(f"{user.login}: has a plan but no user name{unusable}.", (user.login,))
        elif (reason := why_invalid(name, settings)) is not None:
            yield findings.INVALID.finding(f"{user.login}: '{name}' cannot be a user name: {reason}.", (user.login,))
    yield from duplicates(names)
    yield from _without_plan(users, plans, user_names)


def names_in_use(users: Iterable[User], plans: Mapping[str, str], user_names: Mapping[str, str]) -> Mapping[str, str]:
    """Return the user names that will exist online by login: those of users with a plan (W67)."""
    having = sorted(user.login for user in users if user.login in plans)
    return {login: user_names[login] for login in having if user_names.get(login, "").strip()}


def duplicates(names: Mapping[str, str]) -> Iterator[Finding]:
    """Yield one finding for each user name that several users have; it names them all (W63, W64)."""
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for login, name in sorted(names.items()):
        holders[canonical_user_name(name)].append(login)
    for first, *others in holders.values():
        if others:
            yield findings.DUPLICATE.finding(
                f"{first}: User name '{names[first]}' is also used by {', '.join(others)}.", (first, *others)
            )


async def taken_elsewhere(names: Mapping[str, str], online: OnlineTarget | None) -> Sequence[Finding]:
    """Ask the tenant which user names are taken elsewhere (W68). `names` maps login to user name."""
    if online is None:
        return (findings.NOT_CHECKED_ONLINE.finding("Whether a user name is taken elsewhere could not be checked."),)
    asked = sorted({name.strip() for name in names.values()})
    taken: set[str] = set()
    for start in range(0, len(asked), NAMES_PER_REQUEST):
        answer = await online.taken_user_names(asked[start : start + NAMES_PER_REQUEST])
        taken.update(map(canonical_user_name, answer))
    return tuple(
        findings.TAKEN.finding(f"{login}: User name '{name}' is taken by somebody elsewhere.", (login,))
        for login, name in names.items()
        if canonical_user_name(name) in taken
    )


def announced_removals(removed: Sequence[OtherAddress], users: Sequence[User]) -> Iterator[Finding]:
    """Yield one finding that lists the addresses which will be removed from other persons' cards.

    Those on the card of somebody who is a user too come first, since the user may miss them.
    """
    if removed:
        holders = {user.person_id: user for user in users if user.person_id}
        going: defaultdict[int, set[str]] = defaultdict(set)
        for row in removed:
            going[row.person_id].add(canonical_user_name(row.address))
        ordered = sorted(removed, key=lambda row: (row.person_id not in holders, row.email_id))
        cards = [
            f"{row.address} of {row.full_name}{_as_user(holders.get(row.person_id), going[row.person_id])}"
            f" (row {row.email_id})"
            for row in ordered
        ]
        yield findings.ADDRESSES_REMOVED.finding(
            f"{quantity(len(removed), 'address', 'addresses')} on other persons' cards will be removed online:"
            f" {listing(cards, SHOWN, '; ')}.",
            tuple(str(row.email_id) for row in ordered),
        )


def _as_user(user: User | None, going: set[str]) -> str:
    """Say that the person of a card is a user, and whether any address is left to them."""
    if user is None:
        return ""
    left = any(canonical_user_name(address) not in going for address in user.emails)
    return f", who is the user {user.login}" + ("" if left else " and has no other address")


def _unknown_logins(users: Iterable[User], user_names: Mapping[str, str]) -> Iterator[Finding]:
    for login in sorted(_named(user_names) - {user.login for user in users}):
        yield findings.UNKNOWN_LOGIN.finding(
            f"{login}: the user name '{user_names[login]}' is assigned to a login that no user has.", (login,)
        )


def _without_plan(users: Iterable[User], plans: Mapping[str, str], user_names: Mapping[str, str]) -> Iterator[Finding]:
    logins = sorted(_named(user_names) & {user.login for user in users} - set(plans))
    if logins:
        yield findings.WITHOUT_PLAN.finding(
            f"{quantity(len(logins), 'user has', 'users have')} a user name but no plan: {listing(logins, SHOWN)}.",
            tuple(logins),
        )


def _unusable(user: User, settings: UserNamesSettings) -> str:
    """Say why the default address was not proposed, where there is one."""
    if not user.emails:
        return ", and no e-mail address on the card"
    reason = why_invalid(user.emails[0].strip(), settings)
    return f"; the address '{user.emails[0]}' cannot be one: {reason}" if reason else ""


def _named(user_names: Mapping[str, str]) -> set[str]:
    """Return the logins with a user name; an empty one is none."""
    return {login for login, name in user_names.items() if name.strip()}
