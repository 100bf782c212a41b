"""The plugin: role `online`, and the command `object-store`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from omt_core.api import (
    Command,
    ErrorCode,
    FindingCode,
    OmtError,
    OnlineTarget,
    Plugin,
    PluginSettings,
    calls,
    hookimpl,
)
from omt_protocol.errors import ERROR_CODES as PROTOCOL_ERROR_CODES
from typing_extensions import override

from omt_object_store.errors import ERROR_CODES
from omt_object_store.findings import CODES
from omt_object_store.settings import ObjectStoreSettings
from omt_object_store.store_command import store_command
from omt_object_store.target import connect


class ObjectStorePlugin(Plugin):
    """Takes migrations into an object store, when the setting `core.roles.online` names it."""

    settings_model: ClassVar[type[PluginSettings]] = ObjectStoreSettings

    def __init__(self, settings: ObjectStoreSettings) -> None:
        super().__init__(settings)
        self._settings = settings

    @override
    @hookimpl
    def add_commands(self) -> Sequence[Command]:
        return (store_command(self._settings),)

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
    async def connect_online(self, call: calls.ConnectOnline) -> OnlineTarget:
        return await connect(self._settings, call)
