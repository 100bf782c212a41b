"""The plugin's hooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from omt_auth.login import log_on
from omt_auth.netserver import NetServer
from omt_auth.settings import AuthSettings
from omt_auth.simulated_password import SimulatedPassword
from omt_auth.verification import Verifier
from omt_auth.windows_identity import WindowsIdentity
from omt_core.api import ErrorCode, LoginResult, OmtError, Plugin, PluginSettings, calls, hookimpl
from omt_crm.errors import ERROR_CODES


class AuthPlugin(Plugin):
    """Logs the migrator on; role `authentication`."""

    settings_model: ClassVar[type[PluginSettings]] = AuthSettings

    def __init__(self, settings: AuthSettings) -> None:
        super().__init__(settings)
        self._chosen = settings.verifier
        verifiers: tuple[Verifier, ...] = (NetServer(settings), SimulatedPassword(), WindowsIdentity())
        self._verifiers = {verifier.name: verifier for verifier in verifiers}

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return ERROR_CODES

    @override
    @hookimpl
    async def authenticate(self, call: calls.Authenticate) -> LoginResult:
        return await log_on(call, self._verifiers, self._chosen)
