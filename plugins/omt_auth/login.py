"""The login from beginning to end: verify, then tell what kind of user it is (W18-W22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from omt_auth.administrator import read_administrator
from omt_auth.associates import get_associate
from omt_auth.simulated_password import SimulatedPassword, is_simulated
from omt_auth.verification import Verdict, Verification, Verifier
from omt_core.api import LoginOutcome, LoginResult, SourceDatabase
from omt_core.api.calls import Authenticate
from omt_crm.administrators import read_administrator_rights, strongest_right
from omt_crm.licences import read_licences

AUTOMATIC = ("netserver", "windows")
"""The order in which verifiers are tried when none is named."""


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
    # ND whether the original accepts system users; they are no administrators here (domain/README.md section 3).
    if right is None or not associate.employee:
        return LoginResult(outcome=LoginOutcome.NOT_ADMINISTRATOR, verifier=verifier)
    administrator = await read_administrator(call.database, associate, right)
    return LoginResult(outcome=LoginOutcome.ACCEPTED, administrator=administrator, verifier=verifier)


async def _administrator_right(database: SourceDatabase, associate: int, reported: frozenset[str] | None) -> str | None:
    """Return the right that makes an associate an administrator, or None.

    What the product itself `reported` counts, since it also looks at the rows' hashes; without that the rows do.
    """
    if reported is not None:
        return strongest_right(reported)
    return (await read_administrator_rights(database, await read_licences(database))).of(associate)
