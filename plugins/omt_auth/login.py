"""The login from beginning to end: verify, then tell who it is and whether an administrator (W18-W26)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from omt_auth import statements
from omt_auth.associates import Associate, get_associate, text
from omt_auth.simulated_password import SimulatedPassword, is_simulated
from omt_auth.verification import Verdict, Verification, Verifier
from omt_core.api import Administrator, LoginOutcome, LoginResult, Row, SourceDatabase
from omt_core.api.calls import Authenticate
from omt_crm.administrators import read_administrator_rights, strongest_right
from omt_crm.licences import read_licences
from omt_crm.vocabulary import EmailType, PhoneType

AUTOMATIC = ("netserver", "windows")
"""The order in which verifiers are tried when none is named."""


CALLABLE = (PhoneType.DIRECT, PhoneType.MOBILE, PhoneType.PRIVATE)
"""Numbers that a person can be called at; fax and pager are left out."""


async def log_on(call: Authenticate, verifiers: Mapping[str, Verifier], chosen: str) -> LoginResult:
    """Log the migrator on. What is told about a user is only told to whoever has the password."""
    reasons: list[str] = []
    for name in await _order(call, chosen):
        verification = await verifiers[name].verify(call)
        if verification.verdict is Verdict.WRONG:
            return LoginResult(outcome=LoginOutcome.WRONG_CREDENTIALS, verifier=name)
        if verification.verdict is Verdict.CONFIRMED:
            return await _result(call, verification, name)
        reasons.append(f"{name}: {verification.detail}")
    return LoginResult(outcome=LoginOutcome.NO_VERIFIER, detail="; ".join(reasons))


async def _order(call: Authenticate, chosen: str) -> Sequence[str]:
    if chosen != "auto":
        return (chosen,)
    # A simulated installation is known for certain, by secrets that no product writes; the web services that its
    # configuration names do not exist, and no password must be sent out to whoever answers there.
    return (SimulatedPassword.name,) if await is_simulated(call.database) else AUTOMATIC


async def _result(call: Authenticate, verification: Verification, verifier: str) -> LoginResult:
    associate = await get_associate(call.database, associate_id=verification.associate_id or 0)
    if associate is None:
        return LoginResult(outcome=LoginOutcome.WRONG_CREDENTIALS, verifier=verifier)
    if associate.retired:
        return LoginResult(outcome=LoginOutcome.RETIRED, verifier=verifier)
    right = await _administrator_right(call.database, associate.id, verification.rights)
    # ND whether the original accepts system users; they are no administrators here (crm.md section 3).
    if right is None or not associate.employee:
        return LoginResult(outcome=LoginOutcome.NOT_ADMINISTRATOR, verifier=verifier)
    administrator = await _administrator(call.database, associate, right)
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
