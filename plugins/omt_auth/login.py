"""The login from beginning to end: verify, then tell who it is and whether an administrator (W18-W26)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from omt_auth.netserver import NetServer
from omt_auth.settings import AuthSettings
from omt_auth.simulated_password import SimulatedPassword, is_simulated
from omt_auth.verification import Verdict, Verifier
from omt_auth.windows_identity import WindowsIdentity
from omt_core.api import LoginOutcome, LoginResult, joined
from omt_core.api.calls import Authenticate
from omt_crm.associates import get_associate
from omt_crm.migrators import login_of

AUTOMATIC = ("netserver", "windows")
"""The order in which verifiers are tried when none is named."""


def all_verifiers(settings: AuthSettings) -> Mapping[str, Verifier]:
    """Return all that may verify a password, by name."""
    every: tuple[Verifier, ...] = (NetServer(settings), SimulatedPassword(), WindowsIdentity())
    return {verifier.name: verifier for verifier in every}


async def log_on(call: Authenticate, verifiers: Mapping[str, Verifier], chosen: str) -> LoginResult:
    """Log the migrator on. What is told about a user is only told to whoever has the password."""
    reasons: list[str] = []
    for name in await _order(call, chosen):
        verification = await verifiers[name].verify(call)
        if verification.verdict is Verdict.WRONG:
            return LoginResult(outcome=LoginOutcome.WRONG_CREDENTIALS, verifier=name)
        if verification.verdict is Verdict.CONFIRMED:
            associate = await get_associate(call.database, associate_id=verification.associate_id or 0)
            return await login_of(call.database, associate, name, reported=verification.rights)
        reasons.append(joined([name, verification.detail], ": "))
    return LoginResult(outcome=LoginOutcome.NO_VERIFIER, detail=joined(reasons, "; "))


async def _order(call: Authenticate, chosen: str) -> Sequence[str]:
    if chosen != "auto":
        return (chosen,)
    # A simulated installation is known for certain, by secrets that no product writes; the web services that its
    # configuration names do not exist, and no password must be sent out to whoever answers there.
    return (SimulatedPassword.name,) if await is_simulated(call.database) else AUTOMATIC
