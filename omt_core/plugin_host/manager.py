"""The host: holds the active plugins, and knows of the others why they are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import pluggy

from omt_core.api.commands import Command
from omt_core.api.errors import OmtError
from omt_core.api.findings import Finding, FindingCode
from omt_core.api.plugin import PROJECT, Plugin, PluginSettings
from omt_core.plugin_host.findings import HOST_CODES, PLUGIN_NOT_ACTIVE
from omt_core.plugin_host.inspection import RejectedPluginError
from omt_core.plugin_host.loading import Candidate, PluginState

WAIVER_PREFIX: Final = "plugin:"


class PluginHost:
    """All plugins of this process. `core_codes` are the finding codes that the core reports by itself."""

    def __init__(
        self,
        candidates: Sequence[Candidate],
        settings: Callable[[str], PluginSettings],
        *,
        reserved_commands: Sequence[str] = (),
        core_codes: Sequence[FindingCode] = (),
    ) -> None:
        """Make and register every active candidate; one whose making or registration fails becomes broken."""
        self.manager = pluggy.PluginManager(PROJECT)
        self.manager.add_hookspecs(Plugin)
        self._commands: dict[str, tuple[str, Command | None]] = dict.fromkeys(reserved_commands, ("core", None))
        self._codes: dict[str, FindingCode] = {code.code: code for code in (*HOST_CODES, *core_codes)}
        self.plugins: tuple[Candidate, ...] = tuple(self._activate(candidate, settings) for candidate in candidates)

    def _activate(self, candidate: Candidate, settings: Callable[[str], PluginSettings]) -> Candidate:
        if candidate.plugin_class is None:
            return candidate
        try:
            plugin = candidate.plugin_class(settings(candidate.name))
            commands, codes = plugin.add_commands(), plugin.add_finding_codes()
            self._check_clashes(candidate.name, commands, codes)
        except (RejectedPluginError, OmtError) as error:
            return replace(candidate, state=PluginState.BROKEN, problem=str(error), plugin_class=None)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything while it is made
            problem = f"it cannot be made: {type(error).__name__}: {error}"
            return replace(candidate, state=PluginState.BROKEN, problem=problem, plugin_class=None)
        self._commands.update({command.name: (candidate.name, command) for command in commands})
        self._codes.update({code.code: code for code in codes})
        self.manager.register(plugin, name=candidate.name)
        return candidate

    def _check_clashes(self, name: str, commands: Sequence[Command], codes: Sequence[FindingCode]) -> None:
        for command in commands:
            if command.name in self._commands:
                other = self._commands[command.name][0]
                raise RejectedPluginError(f"its command {command.name!r} is that of {other!r} already")
        for code in codes:
            if code.plugin != name:
                raise RejectedPluginError(f"its finding code {code.code!r} names the plugin {code.plugin!r}")
            if code.code in self._codes:
                other = self._codes[code.code].plugin
                raise RejectedPluginError(f"its finding code {code.code!r} is that of {other!r} already")

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands that plugins bring, sorted by name."""
        found = [command for _, command in self._commands.values() if command is not None]
        return tuple(sorted(found, key=lambda command: command.name))

    @property
    def codes(self) -> Mapping[str, FindingCode]:
        """The catalogue of all findings that can be reported in this process."""
        return self._codes

    @property
    def versions(self) -> Mapping[str, str]:
        """Names and versions of the active plugins, for receipt and report."""
        return {plugin.name: plugin.version for plugin in self.plugins if plugin.state is PluginState.ACTIVE}

    def inactive_findings(self) -> tuple[Finding, ...]:
        """Say which plugins that should take part do not: the tool's own, and any that is broken."""
        return tuple(
            PLUGIN_NOT_ACTIVE.finding(
                f"The plugin {plugin.name!r} ({plugin.source}) is {plugin.state.value}"
                + (f": {plugin.problem}." if plugin.problem else "."),
                (f"{WAIVER_PREFIX}{plugin.name}",),
            )
            for plugin in self.plugins
            if plugin.state is PluginState.BROKEN or (plugin.default and plugin.state is PluginState.DISABLED)
        )
