"""The plugin's hooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from omt_auth.settings import AuthSettings
from omt_core.api import ErrorCode, LoginResult, OmtError, Plugin, PluginSettings, calls, hookimpl
from omt_crm.errors import ERROR_CODES


class AuthPlugin(Plugin):
    """Logs the migrator on; role `authentication`."""

    settings_model: ClassVar[type[PluginSettings]] = AuthSettings

    def __init__(self, settings: AuthSettings) -> None:
        super().__init__(settings)
        self._settings = settings

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return ERROR_CODES

    @override
    @hookimpl
    async def authenticate(self, call: calls.Authenticate) -> LoginResult:
        from omt_auth.login import all_verifiers, log_on  # noqa: PLC0415 - aiohttp takes 90 ms: only who logs on loads it

        return await log_on(call, all_verifiers(self._settings), self._settings.verifier)
