"""The e-mail rows on other persons' cards that go online because they equal a user name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from omt_core.api import OtherAddress, Row, SourceDatabase, User
from omt_crm.numbers import whole_number
from omt_crm.user_names import canonical_user_name
from omt_usernames.statements import ADDRESSES_OF_PERSONS


async def removed_addresses(
    database: SourceDatabase, users: Sequence[User], user_names: Mapping[str, str]
) -> tuple[OtherAddress, ...]:
    """Return the rows that equal a user name and are on the card of a person who does not have it, by row id.

    "Other" is anybody but the person behind the user name, so a colleague's card counts as well; ND, the documentation
    speaks of other persons only. All rows are read once, in batches, and compared here: the databases cannot compare
    international domains. Only what is found is kept.
    """
    owners = _owners(users, user_names)
    if not owners or database.table("email") is None or database.table("person") is None:
        return ()
    found: list[OtherAddress] = []
    async for rows in database.batches(ADDRESSES_OF_PERSONS):
        for row in rows:
            address = str(row[2] or "")
            holders = owners.get(canonical_user_name(address))
            if holders is not None and whole_number(row[1]) not in holders:
                found.append(_other_address(row, address))
    return tuple(sorted(found, key=lambda other: other.email_id))


def _owners(users: Sequence[User], user_names: Mapping[str, str]) -> Mapping[str, set[int]]:
    """Map each user name to the persons who have it. It is one, unless the names are refused as duplicates anyway."""
    owners: defaultdict[str, set[int]] = defaultdict(set)
    for user in users:
        if name := canonical_user_name(user_names.get(user.login, "")):
            owners[name].add(user.person_id)
    return dict(owners)


def _other_address(row: Row, address: str) -> OtherAddress:
    names = (str(part).strip() for part in row[3:6] if part)
    return OtherAddress(
        email_id=whole_number(row[0]),
        person_id=whole_number(row[1]),
        full_name=" ".join(name for name in names if name),
        address=address,
    )
