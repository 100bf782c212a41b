"""The users who may get a plan (domain/README.md sections 3 and 5), in a fixed number of queries.

Joined here and not in SQL: an older database may lack any of the tables around `associate`, and the joins would
differ for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omt_core.api import Photo, SourceDatabase, User
from omt_crm.vocabulary import (
    CONFIDENTIAL_MODULE,
    NO_PLAN_MODULE,
    PERSON_TABLE_NUMBER,
    LicenceFlags,
    LicenceType,
)
from omt_database import statements
from omt_database.tolerant import rows_if_there

FALLBACK_MEDIA_TYPE = "application/octet-stream"


async def read_users(database: SourceDatabase) -> tuple[User, ...]:
    """Read all employees who are not retired, sorted by login."""
    associates = await rows_if_there(database, ["associate"], statements.ASSOCIATES)
    cards = await _read_cards(database)
    licences = await _read_licences(database)
    rights = await _read_rights(database)
    users = []
    for associate, name, person, group in associates:
        card = cards.persons.get(person, _NOBODY)
        modules = licences.of(associate)
        roles = rights.roles.get(associate, ())
        users.append(
            User(
                id=associate,
                login=str(name or ""),
                full_name=" ".join(part.strip() for part in card[1:4] if part and part.strip()),
                person_id=person or 0,
                company=card[6] or "",
                group=cards.groups.get(group, ""),
                role=next((role_name for _, role_name in roles), ""),
                # ND: which of the two the card shows; the list item is what the filter can group by.
                position=cards.positions.get(card[4]) or card[5] or "",
                administrator=any(rights.administers(role, modules | licences.site) for role, _ in roles),
                confidential_activities=CONFIDENTIAL_MODULE in modules,
                emails=tuple(cards.emails[person]),
                phones=tuple(cards.phones[person]),
                onsite_plan=next((plan for plan in licences.plans if plan in modules), None),
                photo=cards.photos.get(person),
            )
        )
    return tuple(sorted(users, key=lambda user: (user.login.casefold(), user.id)))


async def read_photo(database: SourceDatabase, photo: int) -> Photo | None:
    """Read one photo by its key."""
    for content, media_type in await rows_if_there(database, ["binaryobject"], statements.PHOTO, (photo,)):
        if content:
            return Photo(content=bytes(content), media_type=media_type or FALLBACK_MEDIA_TYPE)
    return None


_NOBODY: Sequence[Any] = (None,) * 7


@dataclass(frozen=True, slots=True)
class _Cards:
    """What is on the cards of persons, by person id; groups and positions by their own."""

    persons: Mapping[int, Sequence[Any]]
    groups: Mapping[int, str]
    positions: Mapping[int, str]
    emails: Mapping[int, list[str]]
    phones: Mapping[int, list[str]]
    photos: Mapping[int, int]


async def _read_cards(database: SourceDatabase) -> _Cards:
    persons = await rows_if_there(database, ["person", "contact"], statements.PERSONS)
    groups = await rows_if_there(database, ["usergroup"], statements.GROUPS)
    positions = await rows_if_there(database, ["perspos"], statements.POSITIONS)
    emails = await rows_if_there(database, ["email"], statements.EMAILS)
    phones = await rows_if_there(database, ["phone"], statements.PHONES)
    numbers = await rows_if_there(database, ["sequence"], statements.PERSON_TABLE)
    person_table = numbers[0][0] if numbers else PERSON_TABLE_NUMBER
    photos = await rows_if_there(database, ["binaryobjectlink"], statements.PHOTOS, (person_table,))
    return _Cards(
        persons={row[0]: row for row in persons},
        groups={key: name or "" for key, name in groups},
        positions={key: name or "" for key, name in positions},
        emails=_gathered(emails),
        phones=_gathered(phones),
        # Backwards, so that the first in rank stays.
        photos={row[0]: row[1] for row in reversed(photos)},
    )


def _gathered(rows: Sequence[Sequence[Any]]) -> Mapping[int, list[str]]:
    """Group texts by owner in the order of the rows, each once. Associates who share a person give a row each."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for owner, text in rows:
        if text and text.strip() and text not in found[owner]:
            found[owner].append(text)
    return found


@dataclass(frozen=True, slots=True)
class _Licences:
    """Names of licence modules: the site's, those of each user by associate id, and the plans in order."""

    site: frozenset[str]
    assigned: Mapping[int, frozenset[str]]
    plans: tuple[str, ...]

    def of(self, associate: int) -> frozenset[str]:
        """Return the modules that a user has."""
        return self.assigned.get(associate, frozenset())


async def _read_licences(database: SourceDatabase) -> _Licences:
    modules = await rows_if_there(database, ["modulelicense"], statements.MODULES)
    links = await rows_if_there(database, ["licenseassoclink"], statements.ASSIGNED_MODULES)
    names = {key: str(name or "") for key, name, _, _ in modules}
    assigned: defaultdict[int, set[str]] = defaultdict(set)
    for associate, module in links:
        assigned[associate].add(names.get(module, ""))
    plans = [key for key, _, _, flags in modules if (flags or 0) & LicenceFlags.USER_PLAN]
    return _Licences(
        site=frozenset(names[key] for key, _, kind, _ in modules if kind == LicenceType.SITE),
        assigned={associate: frozenset(found - {""}) for associate, found in assigned.items()},
        plans=tuple(names[key] for key in sorted(plans) if names[key] != NO_PLAN_MODULE),
    )


@dataclass(frozen=True, slots=True)
class _Rights:
    """Roles (id, name) by associate id, and by role id the modules that its administrator's rights require."""

    roles: Mapping[int, list[tuple[int, str]]]
    requirements: Mapping[int, list[str]]

    def administers(self, role: int, modules: frozenset[str]) -> bool:
        """Tell whether a role makes an administrator; a right that requires a module counts only with it."""
        return any(not module or module in modules for module in self.requirements.get(role, ()))


async def _read_rights(database: SourceDatabase) -> _Rights:
    roles: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for associate, role, name in await rows_if_there(database, ["userrolelink", "role"], statements.ROLES):
        roles[associate].append((role, name or ""))
    requirements: defaultdict[int, list[str]] = defaultdict(list)
    for role, module in await rows_if_there(
        database, ["functionrightrolelink", "functionright"], statements.ADMINISTRATOR_RIGHTS
    ):
        requirements[role].append(module or "")
    return _Rights(roles=roles, requirements=requirements)
