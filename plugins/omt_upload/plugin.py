"""The plugin that moves the items of all stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from omt_core.api import ErrorCode, FindingCode, MachineCheck, OmtError, Plugin, PluginSettings, calls, hookimpl
from omt_protocol.errors import ERROR_CODES as PROTOCOL_ERROR_CODES
from omt_upload.errors import ERROR_CODES
from omt_upload.findings import ALL_CODES
from omt_upload.machine import examine
from omt_upload.settings import UploadSettings


class UploadPlugin(Plugin):
    """Holds the role `transfer`."""

    settings_model: ClassVar[type[PluginSettings]] = UploadSettings

    def __init__(self, settings: UploadSettings) -> None:
        super().__init__(settings)
        self._settings = settings

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return ALL_CODES

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return (*ERROR_CODES, *PROTOCOL_ERROR_CODES)

    @override
    @hookimpl
    async def examine_machine(self, call: calls.ExamineMachine) -> Sequence[MachineCheck]:
        return tuple(examine(call, self._settings))

    @override
    @hookimpl
    async def transfer(self, call: calls.Transfer) -> calls.TransferSummary:
        from omt_upload.transfer import transfer  # noqa: PLC0415 - only a run that sends needs it

        return await transfer(call, self._settings)

    @override
    @hookimpl
    async def estimate_transfer(self, call: calls.EstimateTransfer) -> calls.Estimate:
        from omt_upload.estimate.answer import estimate  # noqa: PLC0415 - it loads the transfer

        return await estimate(call, self._settings)
