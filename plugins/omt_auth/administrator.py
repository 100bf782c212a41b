"""The administrator as Confirm shows them (W24-W26)."""

from __future__ import annotations

from collections.abc import Sequence

from omt_auth import statements
from omt_auth.associates import Associate, text
from omt_core.api import Administrator, Row, SourceDatabase
from omt_crm.vocabulary import EmailType, PhoneType

CALLABLE = (PhoneType.DIRECT, PhoneType.MOBILE, PhoneType.PRIVATE)
"""Numbers that a person can be called at; fax and pager are left out."""


async def read_administrator(database: SourceDatabase, associate: Associate, right: str) -> Administrator:
    """Read name, addresses and numbers; a login without a person has none of them and is called by its name."""
    person = associate.person_id
    names = await database.rows(statements.PERSON, (person,)) if person else ()
    emails = await database.rows(statements.EMAILS, (person, int(EmailType.EMAIL))) if person else ()
    phones = await database.rows(statements.PHONES, (person, *map(int, CALLABLE))) if person else ()
    full_name = " ".join(part for part in map(text, names[0]) if part) if names else ""
    return Administrator(
        login=associate.login,
        full_name=full_name or associate.login,
        right=right,
        emails=_distinct(emails),
        phones=_distinct(phones),
    )


def _distinct(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for row in rows if (value := text(row[0]))))
