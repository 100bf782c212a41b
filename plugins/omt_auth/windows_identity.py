"""The Windows user that the program runs as, matched to an Active Directory credential (crm.md section 4).

Windows has verified that user already, so the password is not looked at; the name must be that of the associate.
"""

from __future__ import annotations

from collections.abc import Callable

from omt_auth.credentials import find_credential
from omt_auth.verification import WRONG, Verdict, Verification, undecided
from omt_core.api import sentence
from omt_core.api.calls import Authenticate
from omt_core.api.files import process_sid
from omt_crm.associates import get_associate
from omt_crm.vocabulary import DIRECTORY_CREDENTIAL


class WindowsIdentity:
    """Verifies by the security identifier (SID) of the process. `sid` gives it, None where there is no Windows."""

    name = "windows"

    def __init__(self, sid: Callable[[], str | None] = process_sid) -> None:
        self._sid = sid

    async def verify(self, call: Authenticate) -> Verification:
        """Verify that the Windows user is the associate who is named."""
        sid = self._sid()
        if sid is None:
            return undecided(sentence("the program does not run as a Windows user"))
        if call.database.table("credentials") is None:
            return undecided(sentence("the database has no credentials"))
        credential = await find_credential(call.database, kind=DIRECTORY_CREDENTIAL, search_name=sid)
        if credential is None:
            return undecided(sentence("the Windows user has no credential in the CRM"))
        associate = await get_associate(call.database, associate_id=credential.associate_id)
        if associate is None or associate.login.casefold() != call.user.strip().casefold():
            return WRONG
        return Verification(verdict=Verdict.CONFIRMED, associate_id=associate.id)
