"""The plugin: the command `tenant`, and what it may find in a tenant's folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from omt_core.api import Command, ErrorCode, FindingCode, OmtError, Plugin, PluginSettings, hookimpl
from omt_protocol.errors import ERROR_CODES as PROTOCOL_ERROR_CODES
from omt_tenant.command import tenant_command
from omt_tenant.errors import ERROR_CODES
from omt_tenant.findings import CODES
from omt_tenant.settings import TenantSettings


class TenantPlugin(Plugin):
    """Is a tenant when asked to; takes no part in a migration itself."""

    settings_model: ClassVar[type[PluginSettings]] = TenantSettings

    def __init__(self, settings: TenantSettings) -> None:
        super().__init__(settings)
        self._settings = settings

    @override
    @hookimpl
    def add_commands(self) -> Sequence[Command]:
        return (tenant_command(self._settings),)

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return CODES

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return (*ERROR_CODES, *PROTOCOL_ERROR_CODES)
