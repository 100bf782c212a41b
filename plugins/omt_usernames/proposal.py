"""The proposal of a user name for each user with a plan (W62)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from omt_core.api import Proposal, User, sentence
from omt_usernames.address import why_invalid
from omt_usernames.settings import UserNamesSettings


def propose_user_names(
    users: Iterable[User], plans: Mapping[str, str], settings: UserNamesSettings
) -> tuple[Proposal, ...]:
    """Return one proposal per user with a plan, sorted by login: the first of the own addresses that is valid.

    Two users may be proposed the same address. Which of them it belongs to is for the migrator to say, so that is left
    to the validation to refuse.
    """
    having = sorted((user for user in users if user.login in plans), key=lambda user: user.login)
    return tuple(_proposal(user, settings) for user in having)


def _proposal(user: User, settings: UserNamesSettings) -> Proposal:
    for place, address in enumerate(user.emails):
        if why_invalid(address.strip(), settings) is None:
            reason = sentence("default address") if place == 0 else sentence("first valid address")
            return Proposal(login=user.login, value=address.strip(), reason=reason)
    reason = sentence("no address is valid") if user.emails else sentence("has no address")
    return Proposal(login=user.login, value=None, reason=reason)
