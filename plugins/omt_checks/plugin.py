"""The plugin of the documented checks before a migration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from omt_checks.catalogue import CODES, INSTALLATION_RULES, USER_NAME_RULES, USER_RULES
from omt_checks.rule import run_rules
from omt_checks.settings import ChecksSettings
from omt_core.api import ErrorCode, Finding, FindingCode, OmtError, Plugin, PluginSettings, hookimpl
from omt_core.api.calls import ValidateInstallation, ValidateUserNames, ValidateUsers
from omt_crm.errors import ERROR_CODES


class ChecksPlugin(Plugin):
    """Makes by itself what the guide asks people to check by hand (W94, crm.md section 8)."""

    settings_model: ClassVar[type[PluginSettings]] = ChecksSettings

    def __init__(self, settings: ChecksSettings) -> None:
        super().__init__(settings)
        self._settings = settings

    @hookimpl
    @override
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return CODES

    @hookimpl
    @override
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return ERROR_CODES

    @hookimpl
    @override
    async def validate_installation(self, call: ValidateInstallation) -> Sequence[Finding]:
        return await run_rules(INSTALLATION_RULES, call, self._settings)

    @hookimpl
    @override
    async def validate_users(self, call: ValidateUsers) -> Sequence[Finding]:
        return await run_rules(USER_RULES, call, self._settings)

    @hookimpl
    @override
    async def validate_user_names(self, call: ValidateUserNames) -> Sequence[Finding]:
        return await run_rules(USER_NAME_RULES, call, self._settings)
