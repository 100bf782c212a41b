"""The plugin: role `online`, and the command `verify`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import anyio.to_thread
from typing_extensions import override

from omt_core.api import (
    Command,
    ErrorCode,
    FindingCode,
    MachineCheck,
    OmtError,
    OnlineTarget,
    Plugin,
    PluginSettings,
    calls,
    hookimpl,
)
from omt_online.errors import ERROR_CODES
from omt_online.findings import CODES
from omt_online.settings import ClientSettings
from omt_online.verify_command import verify_command
from omt_online.verifying.comparison import compare
from omt_protocol.errors import ERROR_CODES as PROTOCOL_ERROR_CODES


class OnlinePlugin(Plugin):
    """Connects to a tenant, and checks what it signed."""

    settings_model: ClassVar[type[PluginSettings]] = ClientSettings

    def __init__(self, settings: ClientSettings) -> None:
        super().__init__(settings)
        self._settings = settings

    @override
    @hookimpl
    def add_commands(self) -> Sequence[Command]:
        return (verify_command(self._settings),)

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return CODES

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return (*ERROR_CODES, *PROTOCOL_ERROR_CODES)

    @override
    @hookimpl
    async def examine_machine(self, call: calls.ExamineMachine) -> Sequence[MachineCheck]:
        from omt_online.machine import examine  # noqa: PLC0415 - aiohttp and cryptography: only who goes to the tenant

        return await examine(call, self._settings)

    @override
    @hookimpl
    async def compare_receipts(self, call: calls.CompareReceipts) -> Sequence[calls.ReceiptComparison]:
        found = await anyio.to_thread.run_sync(compare, call)
        return () if found is None else (found,)

    @override
    @hookimpl
    async def connect_online(self, call: calls.ConnectOnline) -> OnlineTarget:
        from omt_online.client import connect  # noqa: PLC0415 - aiohttp takes 90 ms: only who goes to the tenant

        return await connect(self._settings, call)
