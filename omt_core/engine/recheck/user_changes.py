"""How the users of one reading differ from those of another, and how what was decided about them follows (W38-W68).

Decisions are kept by login, and a login may change hands. A user is the same where associate and person are, under
whatever login; or where the person has another associate under the same login.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from omt_core.api.sentence import sentence
from omt_core.api.text import listing
from omt_core.api.users import User

SHOWN: Final = 10
"""How many users a sentence names; all are subjects of the finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChanges:
    """`same` holds both readings of each user who is in both, `gone` and `come` are the others."""

    same: Sequence[tuple[User, User]]
    gone: Sequence[User]
    come: Sequence[User]

    @classmethod
    def between(cls, before: Sequence[User], now: Sequence[User]) -> UserChanges:
        """Find who is who."""
        same: list[tuple[User, User]] = []
        gone, come = list(before), list(now)
        for key in (_account, _person):
            known = {key(user): user for user in come}
            known.pop(None, None)
            found = [(user, known.pop(key(user))) for user in gone if key(user) in known]
            met = {id(user) for pair in found for user in pair}
            gone, come = ([user for user in users if id(user) not in met] for users in (gone, come))
            same += found
        return cls(same=same, gone=gone, come=come)

    def followed(self, decided: Mapping[str, str]) -> dict[str, str]:
        """Return what is decided about those who are still there, by the logins that they have now."""
        logins = {old.login: new.login for old, new in self.same}
        return {logins[login]: value for login, value in decided.items() if login in logins}

    def kept(self, decided: Mapping[str, str]) -> dict[str, str]:
        """Return the same beside what is decided about those who are gone, should they come back."""
        logins = {user.login for user in self.gone} - {user.login for user in self.come}
        return {**{login: decided[login] for login in logins & decided.keys()}, **self.followed(decided)}

    def outdated(self, user_names: Mapping[str, str]) -> frozenset[str]:
        """Return the logins of now whose user name was an address on the card and is none any more."""
        return frozenset(
            new.login
            for old, new in self.same
            if _is_among(user_names.get(new.login, ""), old) and not _is_among(user_names[new.login], new)
        )

    @property
    def logins(self) -> tuple[str, ...]:
        """Whom `sentences` are about."""
        users = (*self.gone, *self.come, *(new for old, new in self.same if _differs(old, new)))
        return tuple(sorted({user.login for user in users}))

    def sentences(self) -> list[str]:
        """Say what changed of all that plans and user names hang on; nothing where all of that is as it was."""
        others = {user.login for user in self.gone} & {user.login for user in self.come}
        come = [user.login for user in self.come if user.login not in others]
        gone = [user.login for user in self.gone if user.login not in others]
        renamed = [
            sentence("{login} (now {new})", login=old.login, new=new.login)
            for old, new in self.same
            if old.login != new.login
        ]
        told: list[str] = []
        if come:
            told.append(sentence("New, and without a plan: {users}.", users=_few(come)))
        if gone:
            told.append(sentence("No users any more, so that nothing is assigned: {users}.", users=_few(gone)))
        if others:
            told.append(sentence("The login is another person's now, who has no plan: {users}.", users=_few(others)))
        if renamed:
            told.append(sentence("Renamed, and assigned what they had: {users}.", users=_few(renamed)))
        if changed := self._whose(lambda user: user.emails):
            told.append(sentence("With other e-mail addresses: {users}.", users=_few(changed)))
        if changed := self._whose(lambda user: user.onsite_plan):
            told.append(sentence("With another plan on site: {users}.", users=_few(changed)))
        if changed := [new.login for old, new in self.same if old.administrator and not new.administrator]:
            told.append(sentence("No administrators any more: {users}.", users=_few(changed)))
        if changed := [new.login for old, new in self.same if new.administrator and not old.administrator]:
            told.append(sentence("Administrators now: {users}.", users=_few(changed)))
        return told

    def _whose(self, part: Callable[[User], object]) -> list[str]:
        return [new.login for old, new in self.same if part(old) != part(new)]


def _account(user: User) -> object:
    return user.id, user.person_id


def _person(user: User) -> object:
    return (user.login, user.person_id) if user.person_id else None


def _differs(old: User, new: User) -> bool:
    return any(part(old) != part(new) for part in _TOLD)


_TOLD: Final[Sequence[Callable[[User], object]]] = (
    lambda user: user.login,
    lambda user: user.emails,
    lambda user: user.onsite_plan,
    lambda user: user.administrator,
)


def _is_among(name: str, user: User) -> bool:
    return name.strip().casefold() in {address.strip().casefold() for address in user.emails} - {""}


def _few(logins: Sequence[str] | set[str]) -> str:
    return listing(sorted(logins), SHOWN)
