"""The plugin that brings the commands `simulate` and `demo`."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import override

from omt_core.api import Command, ErrorCode, OmtError, Plugin, hookimpl
from omt_simulator.commands.demo import DEMO
from omt_simulator.commands.simulate import SIMULATE
from omt_simulator.errors import ERROR_CODES


class SimulatorPlugin(Plugin):
    """Adds its commands; it takes no part in a migration."""

    @hookimpl
    @override
    def add_commands(self) -> Sequence[Command]:
        return SIMULATE, DEMO

    @hookimpl
    @override
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return ERROR_CODES
