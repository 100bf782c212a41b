"""The plugin's hooks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

import anyio
import anyio.to_thread
from typing_extensions import override

from omt_core.api import ErrorCode, Finding, FindingCode, OmtError, Plugin, PluginSettings, calls, hookimpl
from omt_crm.errors import ERROR_CODES
from omt_discovery.findings import CODES
from omt_discovery.folders import unreachable_folders
from omt_discovery.settings import DiscoverySettings


class DiscoveryPlugin(Plugin):
    """Finds the installation on this machine or below a folder that stands for one (W16, W17, W100-W105)."""

    settings_model: ClassVar[type[PluginSettings]] = DiscoverySettings

    def __init__(self, settings: DiscoverySettings) -> None:
        super().__init__(settings)
        self._settings = settings

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return CODES

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return ERROR_CODES

    @override
    @hookimpl
    async def discover_installations(self, call: calls.DiscoverInstallations) -> Sequence[calls.Discovery]:
        from omt_discovery.search import search  # noqa: PLC0415 - it reads what each product leaves behind: XML among it

        work = partial(search, call.answers, self._settings)
        return (await anyio.to_thread.run_sync(work, limiter=anyio.CapacityLimiter(1)),)

    @override
    @hookimpl
    async def validate_installation(self, call: calls.ValidateInstallation) -> Sequence[Finding]:
        if call.in_snapshot:
            return ()  # the upload waits for a folder that is away for a while
        work = partial(unreachable_folders, call.installation)
        return await anyio.to_thread.run_sync(work, limiter=anyio.CapacityLimiter(1))
