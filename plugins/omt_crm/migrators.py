"""Who may migrate, once it is known whose login it is: administrators only (W22)."""

from __future__ import annotations

from collections.abc import Sequence

from omt_core.api import Administrator, LoginOutcome, LoginResult, Row, SourceDatabase
from omt_crm import statements
from omt_crm.administrators import read_administrator_rights, strongest_right
from omt_crm.associates import Associate, text
from omt_crm.licences import read_licences
from omt_crm.vocabulary import EmailType, PhoneType

CALLABLE = (PhoneType.DIRECT, PhoneType.MOBILE, PhoneType.PRIVATE)
"""Numbers that a person can be called at; fax and pager are left out."""


async def login_of(
    database: SourceDatabase, associate: Associate | None, verifier: str, *, reported: frozenset[str] | None = None
) -> LoginResult:
    """Return what comes of a login whose password was right. `reported` are rights as the product itself says them."""
    if associate is None:
        return LoginResult(outcome=LoginOutcome.WRONG_CREDENTIALS, verifier=verifier)
    if associate.retired:
        return LoginResult(outcome=LoginOutcome.RETIRED, verifier=verifier)
    right = await _administrator_right(database, associate.id, reported)
    # ND whether the original accepts system users; they are no administrators here (crm.md section 3).
    if right is None or not associate.employee:
        return LoginResult(outcome=LoginOutcome.NOT_ADMINISTRATOR, verifier=verifier)
    administrator = await _administrator(database, associate, right)
    return LoginResult(outcome=LoginOutcome.ACCEPTED, administrator=administrator, verifier=verifier)


async def _administrator_right(database: SourceDatabase, associate: int, reported: frozenset[str] | None) -> str | None:
    """Return the right that makes an associate an administrator, or None.

    What the product itself `reported` counts, since it also looks at the rows' hashes; without that the rows do.
    """
    if reported is not None:
        return strongest_right(reported)
    return (await read_administrator_rights(database, await read_licences(database))).of(associate)


async def _administrator(database: SourceDatabase, associate: Associate, right: str) -> Administrator:
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
