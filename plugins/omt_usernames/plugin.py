"""The plugin of user names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from omt_core.api import (
    ErrorCode,
    Finding,
    FindingCode,
    OmtError,
    OtherAddress,
    Plugin,
    PluginSettings,
    Proposal,
    hookimpl,
)
from omt_core.api.calls import ListRemovedAddresses, ProposeUserNames, ValidateUserNames
from omt_crm.errors import ERROR_CODES
from omt_usernames.findings import CODES
from omt_usernames.proposal import propose_user_names
from omt_usernames.removal import removed_addresses
from omt_usernames.settings import UserNamesSettings
from omt_usernames.validation import announced_removals, names_in_use, taken_elsewhere, validate_names


class UserNamesPlugin(Plugin):
    """Proposes user names, refuses those that cannot be, and tells which addresses of others they cost."""

    settings_model: ClassVar[type[PluginSettings]] = UserNamesSettings

    def __init__(self, settings: UserNamesSettings) -> None:
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
    async def propose_user_names(self, call: ProposeUserNames) -> Sequence[Proposal]:
        return propose_user_names(call.users, call.plans, self._settings)

    @hookimpl
    @override
    async def list_removed_addresses(self, call: ListRemovedAddresses) -> Sequence[OtherAddress]:
        return await removed_addresses(call.database, call.users, call.user_names)

    @hookimpl
    @override
    async def validate_user_names(self, call: ValidateUserNames) -> Sequence[Finding]:
        names = names_in_use(call.users, call.plans, call.user_names)
        return (
            *validate_names(call.users, call.plans, call.user_names, self._settings),
            *(await taken_elsewhere(names, call.online)),
            *announced_removals(call.removed_addresses, call.users),
        )
