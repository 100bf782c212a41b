"""Who a login is in the CRM, and whether an administrator: as the bundled login judges it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from omt_core.api import Administrator, LoginOutcome, LoginResult, Row, SourceDatabase, Value
from omt_crm.administrators import read_administrator_rights
from omt_crm.licences import read_licences
from omt_crm.numbers import whole_number
from omt_crm.vocabulary import AssociateType, EmailType

_ASSOCIATES: Final = """
    SELECT a.associate_id, a."name", a.person_id, a.deleted, a."type" FROM associate a
"""

_PERSON: Final = """
    SELECT p.firstname, p.middleName, p.lastname FROM person p WHERE p.person_id = ?
"""

_EMAILS: Final = """
    SELECT e.email_address FROM email e
    WHERE e.person_id = ? AND COALESCE(e."type", 0) = ? ORDER BY e."rank", e.email_id
"""


async def log_on(database: SourceDatabase, login: str, verifier: str) -> LoginResult:
    """Return what comes of a login whose password was right: only administrators may migrate (W22)."""
    row = _associate(await database.rows(_ASSOCIATES), login)
    if row is None:
        return LoginResult(outcome=LoginOutcome.WRONG_CREDENTIALS, verifier=verifier)
    key, name, person, deleted, kind = row
    if whole_number(deleted):
        return LoginResult(outcome=LoginOutcome.RETIRED, verifier=verifier)
    rights = await read_administrator_rights(database, await read_licences(database))
    right = rights.of(whole_number(key))
    if right is None or whole_number(kind) != AssociateType.EMPLOYEE:
        return LoginResult(outcome=LoginOutcome.NOT_ADMINISTRATOR, verifier=verifier)
    names = await database.rows(_PERSON, (person,)) if person else ()
    emails = await database.rows(_EMAILS, (person, int(EmailType.EMAIL))) if person else ()
    full_name = " ".join(part for part in map(_text, names[0]) if part) if names else ""
    return LoginResult(
        outcome=LoginOutcome.ACCEPTED,
        administrator=Administrator(
            login=_text(name),
            full_name=full_name or _text(name),
            right=right,
            emails=tuple(dict.fromkeys(address for row in emails if (address := _text(row[0])))),
        ),
        verifier=verifier,
    )


def _associate(rows: Sequence[Row], login: str) -> Row | None:
    """Return the row of a login: as it is written, else in any case if that is only one."""
    exact = [row for row in rows if _text(row[1]) == login]
    folded = [row for row in rows if _text(row[1]).casefold() == login.casefold()]
    candidates = exact or folded
    return candidates[0] if len(candidates) == 1 else None


def _text(value: Value) -> str:
    return "" if value is None else str(value).strip()
