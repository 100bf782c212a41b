"""The plugin: takes the role `authentication`, asks the directory, and then the CRM."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

import anyio
import anyio.to_thread
from omt_core.api import ErrorCode, LoginOutcome, LoginResult, OmtError, Plugin, PluginSettings, calls, hookimpl
from omt_crm.associates import find_associate
from omt_crm.errors import ERROR_CODES
from omt_crm.migrators import login_of
from typing_extensions import override

from omt_ldap_login.directory import DirectoryError, crm_login
from omt_ldap_login.settings import LdapLoginSettings

NAME: Final = "ldap"
"""What the log and the result call this way to verify a password."""


class LdapLoginPlugin(Plugin):
    """Logs the migrator on by a directory: the password is the directory's, the rights are the CRM's."""

    settings_model: ClassVar[type[PluginSettings]] = LdapLoginSettings

    def __init__(self, settings: LdapLoginSettings) -> None:
        super().__init__(settings)
        self._settings = settings
        self._limiter = anyio.CapacityLimiter(1)

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return ERROR_CODES

    @override
    @hookimpl
    async def authenticate(self, call: calls.Authenticate) -> LoginResult:
        if not self._settings.url:
            return LoginResult(outcome=LoginOutcome.NO_VERIFIER, detail=f"{NAME}: the setting ldap_login.url is empty")
        ask = partial(crm_login, self._settings, call.user.strip(), call.password.get_secret_value())
        try:
            login = await anyio.to_thread.run_sync(ask, limiter=self._limiter, abandon_on_cancel=True)
        except DirectoryError as error:
            return LoginResult(outcome=LoginOutcome.NO_VERIFIER, detail=f"{NAME}: {error}")
        if login is None:
            return LoginResult(outcome=LoginOutcome.WRONG_CREDENTIALS, verifier=NAME)
        return await login_of(call.database, await find_associate(call.database, login=login), NAME)
