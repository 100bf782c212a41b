"""The plugin: role `transfer`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from omt_core.api import (
    ErrorCode,
    Finding,
    FindingCode,
    NearReader,
    OmtError,
    Plugin,
    PluginSettings,
    calls,
    hookimpl,
)
from typing_extensions import override

from omt_dask.errors import ERROR_CODES
from omt_dask.findings import CODES
from omt_dask.settings import DaskSettings


class DaskPlugin(Plugin):
    """Has the workers of a Dask cluster send, when the setting `core.roles.transfer` names it."""

    settings_model: ClassVar[type[PluginSettings]] = DaskSettings

    def __init__(self, settings: DaskSettings) -> None:
        super().__init__(settings)
        self._settings = settings

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return ERROR_CODES

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return CODES

    @override
    @hookimpl
    async def validate_migration(self, call: calls.ValidateMigration) -> Sequence[Finding]:
        if self._settings.scheduler is None or call.in_snapshot:
            return ()  # the transfer waits for a fleet by itself
        from omt_dask.tool.readiness import fleet_findings  # noqa: PLC0415 - distributed takes half a second to load

        return await fleet_findings(self._settings)

    @override
    @hookimpl
    async def open_near_readers(self, call: calls.OpenNearReaders) -> Sequence[NearReader]:
        if self._settings.scheduler is None or not self._settings.homes:
            return ()
        from omt_dask.tool.near_reader import open_near_readers  # noqa: PLC0415 - distributed takes half a second

        return await open_near_readers(self._settings, call.run)

    @override
    @hookimpl
    async def transfer(self, call: calls.Transfer) -> calls.TransferSummary:
        from omt_dask.tool.transfer import transfer_by_fleet  # noqa: PLC0415 - distributed takes half a second to load

        return await transfer_by_fleet(call, self._settings)

    @override
    @hookimpl
    async def estimate_transfer(self, call: calls.EstimateTransfer) -> calls.Estimate:
        from omt_upload.estimate.answer import estimate  # noqa: PLC0415 - it loads the transfer

        return await estimate(call, self._settings.upload)
