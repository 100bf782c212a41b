"""The users who may get a plan (crm.md sections 3 and 5), in a fixed number of queries.

Joined here and not in SQL: an older database may lack any of the tables around `associate`, and the joins would
differ for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omt_core.api import Photo, SourceDatabase, User
from omt_crm.administrators import read_administrator_rights
from omt_crm.licences import read_licences
from omt_crm.tolerant import rows_if_there
from omt_crm.vocabulary import CONFIDENTIAL_MODULE, PERSON_TABLE_NUMBER
from omt_database import statements

FALLBACK_MEDIA_TYPE = "application/octet-stream"


async def read_users(database: SourceDatabase) -> tuple[User, ...]:
    """Read all employees who are not retired, sorted by login."""
    associates = await rows_if_there(database, ["associate"], statements.ASSOCIATES)
    cards = await _read_cards(database)
    roles = await _read_roles(database)
    licences = await read_licences(database)
    rights = await read_administrator_rights(database, licences)
    users = []
    for associate, name, person, group in associates:
        card = cards.persons.get(person, _NOBODY)
        users.append(
            User(
                id=associate,
                login=str(name or ""),
                full_name=" ".join(part.strip() for part in card[1:4] if part and part.strip()),
                person_id=person or 0,
                company=card[6] or "",
                group=cards.groups.get(group, ""),
                role=roles.get(associate, ""),
                # ND: which of the two the card shows; the list item is what the filter can group by.
                position=cards.positions.get(card[4]) or card[5] or "",
                administrator=rights.of(associate) is not None,
                confidential_activities=licences.has(associate, CONFIDENTIAL_MODULE),
                emails=tuple(cards.emails[person]),
                phones=tuple(cards.phones[person]),
                onsite_plan=licences.plan_of(associate),
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


async def _read_roles(database: SourceDatabase) -> Mapping[int, str]:
    """Return the name of each associate's role by their id: the first, where the database has several (section 3)."""
    roles: dict[int, str] = {}
    for associate, _, name in await rows_if_there(database, ["userrolelink", "role"], statements.ROLES):
        roles.setdefault(associate, name or "")
    return roles
