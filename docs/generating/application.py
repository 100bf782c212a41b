"""The tool as it is delivered: its own plugins and no others, with the settings that they have by themselves."""

from __future__ import annotations

import os
from functools import cache

from omt_core.app import Application, compose
from omt_core.cli.command import CORE_COMMANDS
from omt_core.cli.errors import FRONT_END_ERROR_CODES
from omt_core.plugin_host import PluginState, find_plugins


@cache
def application() -> Application:
    """Put the tool together. Raises `RuntimeError` when one of its own plugins does not take part."""
    others = [plugin.name for plugin in find_plugins(extra=(), disabled=()) if not plugin.default]
    for name in [name for name in os.environ if name.startswith("OMT_")]:
        del os.environ[name]
    app = compose(disabled=others, reserved_commands=tuple(CORE_COMMANDS), error_codes=FRONT_END_ERROR_CODES)
    for plugin in app.host.plugins:
        if plugin.default and plugin.state is not PluginState.ACTIVE:
            raise RuntimeError(f"The plugin {plugin.name!r} is {plugin.state.value}: {plugin.problem}")
    return app
