"""Loads one plugin into a real host, so that a test meets the same checks, policies and time limits as a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from omt_core.api import Finding, Plugin, PluginSettings, calls
from omt_core.api.hook import Hook, RoleSettings
from omt_core.api.plugin import HOOKS
from omt_core.plugin_host import Answers, Candidate, Dispatch, PluginHost, PluginState
from omt_core.plugin_host.faults import FaultError
from omt_core.plugin_host.manager import check_class
from omt_core.testing.recording import RecordingContext

_HOOK_SECONDS: Final = 300.0

Validation = (
    calls.ValidateInstallation
    | calls.ValidateUsers
    | calls.ValidatePlans
    | calls.ValidateUserNames
    | calls.ValidateDocuments
    | calls.ValidateMigration
)
"""The calls that are answered by findings."""


class PluginFaultError(AssertionError):
    """The host would not take the plugin, or reported a fault of it; the text says which."""


class PluginHarness:
    """A host with one plugin in it, whose hooks are asked through `dispatch`, or by `ask`, which takes no fault.

    `settings` is the plugin's section as the settings file would hold it, and is checked by the plugin's own model.
    Raises `PluginFaultError` when the host refuses the plugin.
    """

    def __init__(self, plugin_class: type[Plugin], name: str, settings: Mapping[str, object] | None = None) -> None:
        """Load the class under `name`, that of its entry point."""
        candidate = Candidate(
            name=name,
            version="test",
            source="omt_core.testing",
            default=False,
            state=PluginState.ACTIVE,
            plugin_class=check_class(plugin_class),
        )
        section = plugin_class.settings_model.model_validate(dict(settings or {}))
        self.name = name
        self.settings: PluginSettings = section
        self.run = RecordingContext()
        self.host = PluginHost((candidate,), lambda _: section)
        loaded = self.host.plugins[0]
        if loaded.state is not PluginState.ACTIVE:
            raise PluginFaultError(f"The host does not take {name!r}: {loaded.problem}.")
        self.plugin = cast("Plugin", self.host.manager.get_plugin(name))
        roles = RoleSettings.model_validate(dict.fromkeys(RoleSettings.model_fields, name))
        self.dispatch = Dispatch(self.host, roles, self.run, seconds=_HOOK_SECONDS)
        self._strict = Dispatch(self.host, roles, self.run, seconds=_HOOK_SECONDS, strict=True)

    async def validate(self, call: Validation) -> Sequence[Finding]:
        """Ask the hook that this call belongs to, and return its findings.

        Raises `PluginFaultError` when the hook raised, took too long, answered something else, or reported a code that
        the plugin never named.
        """
        return [one for one in await self.ask(_HOOK_OF[type(call)], call) if isinstance(one, Finding)]

    async def ask(self, hook: Hook, call: object) -> Sequence[object]:
        """Ask the plugin anything and return what it answered, as a sequence; raises as `validate` does."""
        # The hook is only known at run time here, so that types cannot tie the call to it.
        function = cast("Any", hook.function)
        if hook.role is not None:
            return (await self.dispatch.one(function, call),)
        try:
            if hook.answer is None:
                await self._strict.tell(function, call)
                return ()
            answers: Answers[object] = await self._strict.every(function, call)
        except FaultError as fault:
            raise PluginFaultError(fault.message) from fault
        return list(answers.values)


_HOOK_OF: Final = {hook.call: hook for hook in HOOKS.values() if hook.element is Finding}
