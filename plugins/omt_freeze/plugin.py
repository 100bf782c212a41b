"""The plugin that freezes and thaws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from omt_core.api import (
    ErrorCode,
    Finding,
    FindingCode,
    MachineCheck,
    Notice,
    OmtError,
    Plugin,
    PluginSettings,
    hookimpl,
    sentence,
)
from omt_core.api.calls import ConfirmFreeze, ExamineMachine, Freeze, Thaw, ValidateMigration
from omt_crm.errors import ERROR_CODES as CRM_ERROR_CODES
from omt_freeze.errors import ERROR_CODES
from omt_freeze.findings import CODES
from omt_freeze.no_login import confirm_windows_client, freeze_windows_client, thaw_windows_client
from omt_freeze.preflight import examine, preflight
from omt_freeze.service_config import confirm_service, freeze_service, thaw_service
from omt_freeze.settings import FreezeSettings


class FreezePlugin(Plugin):
    """Keeps the Windows client and the Service out, and takes back exactly what it wrote for that (W70, W82)."""

    settings_model: ClassVar[type[PluginSettings]] = FreezeSettings

    def __init__(self, settings: FreezeSettings) -> None:
        super().__init__(settings)
        self._settings = settings

    @hookimpl
    @override
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return CODES

    @hookimpl
    @override
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return (*ERROR_CODES, *CRM_ERROR_CODES)

    @hookimpl
    @override
    async def examine_machine(self, call: ExamineMachine) -> Sequence[MachineCheck]:
        return await examine(call, self._settings)

    @hookimpl
    @override
    async def validate_migration(self, call: ValidateMigration) -> Sequence[Finding]:
        if call.in_snapshot:
            return ()  # it is frozen by now
        return await preflight(call, self._settings)

    @hookimpl
    @override
    async def freeze(self, call: Freeze) -> None:
        await freeze_windows_client(call, self._settings)
        await freeze_service(call, self._settings)
        # W70: they can still log in, and what they change after the snapshot stays behind.
        call.run.emit(
            Notice(message=sentence("Users of the web client are not kept out by this: ask them to stay away."))
        )

    @hookimpl
    @override
    async def confirm_freeze(self, call: ConfirmFreeze) -> None:
        await confirm_windows_client(call)
        await confirm_service(call, self._settings)

    @hookimpl
    @override
    async def thaw(self, call: Thaw) -> Sequence[Finding]:
        found: list[Finding] = []
        try:
            found += await thaw_windows_client(call, self._settings)
        finally:
            # Whatever stops the one must not keep the other frozen.
            found += await thaw_service(call, self._settings)
        return found
