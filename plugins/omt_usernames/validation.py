"""The rules that user names must keep (W59-W68)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from omt_core.api import Finding, OnlineTarget, OtherAddress, Sentence, User, listing, plural, sentence
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
            yield findings.MISSING.finding(_missing(user, settings), (user.login,))
        elif (reason := why_invalid(name, settings)) is not None:
            message = sentence(
                "{login}: '{name}' cannot be a user name: {reason}.", login=user.login, name=name, reason=reason
            )
            yield findings.INVALID.finding(message, (user.login,))
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
                sentence(
                    "{login}: User name '{name}' is also used by {others}.",
                    login=first,
                    name=names[first],
                    others=others,
                ),
                (first, *others),
            )


async def taken_elsewhere(names: Mapping[str, str], online: OnlineTarget | None) -> Sequence[Finding]:
    """Ask the tenant which user names are taken elsewhere (W68). `names` maps login to user name."""
    if online is None:
        unasked = sentence("Whether a user name is taken elsewhere could not be checked.")
        return (findings.NOT_CHECKED_ONLINE.finding(unasked),)
    asked = sorted({name.strip() for name in names.values()})
    taken: set[str] = set()
    for start in range(0, len(asked), NAMES_PER_REQUEST):
        answer = await online.taken_user_names(asked[start : start + NAMES_PER_REQUEST])
        taken.update(map(canonical_user_name, answer))
    return tuple(
        findings.TAKEN.finding(
            sentence("{login}: User name '{name}' is taken by somebody elsewhere.", login=login, name=name), (login,)
        )
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
        cards = [_card(row, holders.get(row.person_id), going[row.person_id]) for row in ordered]
        message = plural(
            len(removed),
            "{number:,} address on other persons' cards will be removed online: {cards}.",
            "{number:,} addresses on other persons' cards will be removed online: {cards}.",
            cards=listing(cards, SHOWN, "; "),
        )
        yield findings.ADDRESSES_REMOVED.finding(message, tuple(str(row.email_id) for row in ordered))


def _card(row: OtherAddress, user: User | None, going: set[str]) -> Sentence:
    """Name an address on a card; say that its person is a user, and whether any address is left to them."""
    card = {"address": row.address, "person": row.full_name, "row": row.email_id}
    if user is None:
        return sentence("{address} of {person} (row {row})", **card)
    if any(canonical_user_name(address) not in going for address in user.emails):
        return sentence("{address} of {person}, who is the user {login} (row {row})", login=user.login, **card)
    return sentence(
        "{address} of {person}, who is the user {login} and has no other address (row {row})",
        login=user.login,
        **card,
    )


def _unknown_logins(users: Iterable[User], user_names: Mapping[str, str]) -> Iterator[Finding]:
    for login in sorted(_named(user_names) - {user.login for user in users}):
        yield findings.UNKNOWN_LOGIN.finding(
            sentence(
                "{login}: the user name '{name}' is assigned to a login that no user has.",
                login=login,
                name=user_names[login],
            ),
            (login,),
        )


def _without_plan(users: Iterable[User], plans: Mapping[str, str], user_names: Mapping[str, str]) -> Iterator[Finding]:
    logins = sorted(_named(user_names) & {user.login for user in users} - set(plans))
    if logins:
        yield findings.WITHOUT_PLAN.finding(
            plural(
                len(logins),
                "{number:,} user has a user name but no plan: {users}.",
                "{number:,} users have a user name but no plan: {users}.",
                users=listing(logins, SHOWN),
            ),
            tuple(logins),
        )


def _missing(user: User, settings: UserNamesSettings) -> Sentence:
    """Say that there is no user name, and why the default address was not proposed, where there is one."""
    if not user.emails:
        return sentence("{login}: has a plan but no user name, and no e-mail address on the card.", login=user.login)
    reason = why_invalid(user.emails[0].strip(), settings)
    if not reason:
        return sentence("{login}: has a plan but no user name.", login=user.login)
    return sentence(
        "{login}: has a plan but no user name; the address '{address}' cannot be one: {reason}.",
        login=user.login,
        address=user.emails[0],
        reason=reason,
    )


def _named(user_names: Mapping[str, str]) -> set[str]:
    """Return the logins with a user name; an empty one is none."""
    return {login for login, name in user_names.items() if name.strip()}
