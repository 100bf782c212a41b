"""Calls hooks one plugin after another, and turns whatever goes wrong into something that names the plugin.

pluggy's own calls do not serve for coroutines: the first coroutine would win even if it later answered None, and an
exception would not say whose it is. So the implementations are walked here.

An `InstallationError`, `OnlineError` or `InputError` that a plugin raises is about the world outside, not about the
plugin: it always stops the run, with the words that the plugin gave it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import anyio

from omt_core.api.errors import InputError, InstallationError, InterruptedRunError, OnlineError, PluginError
from omt_core.api.events import EventSink, HookCalled
from omt_core.api.findings import Finding, FindingCode
from omt_core.api.hook_rules import HOOK_RULES, Policy
from omt_core.api.redaction import SECRETS
from omt_core.api.roles import RoleSettings
from omt_core.plugin_host.findings import PLUGIN_ANSWERED_WRONGLY, PLUGIN_RAISED, PLUGIN_TIMED_OUT
from omt_core.plugin_host.manager import WAIVER_PREFIX, PluginHost

_OUTSIDE = (InstallationError, OnlineError, InputError, InterruptedRunError)

T = TypeVar("T")
HookFunction = Callable[..., Awaitable[object]]


class HookCaller:
    """Walks the implementations of a hook in the order of the plugins' names, which means nothing."""

    def __init__(self, host: PluginHost, roles: RoleSettings, events: EventSink, *, seconds: float) -> None:
        """Call the plugins of `host`, allowing each short hook `seconds`."""
        self._host = host
        self._roles = roles
        self._events = events
        self._seconds = seconds
        self._faults: list[Finding] = []
        self._silenced: set[str] = set()

    def implementers(self, hook: str) -> tuple[str, ...]:
        """Return the names of the plugins that implement a hook, sorted."""
        return tuple(sorted(self._functions(hook)))

    def take_faults(self) -> tuple[Finding, ...]:
        """Return and forget the findings about plugins that failed."""
        faults, self._faults = tuple(self._faults), []
        return faults

    async def one(self, hook: str, call: object, answers: type[T]) -> T:
        """Ask the holder of the hook's role. Raises `InputError` `role-not-held` when it does not take part."""
        role = HOOK_RULES[hook].role
        if role is None:
            raise LookupError(f"{hook} is no role's")
        holder = self._roles.holder(role)
        function = self._functions(hook).get(holder)
        if function is None:
            raise InputError(
                "role-not-held",
                f"The plugin {holder!r} shall hold the role {role.value!r} but is not active, or cannot do {hook!r}.",
                f"See `omt plugins`, or name another plugin in the setting core.roles.{role.value}.",
            )
        answer = await self._call(holder, hook, function, call)
        if not isinstance(answer, answers):
            raise self.fault(holder, hook, f"it answered {type(answer).__name__}")
        return answer

    async def every(
        self, hook: str, call: object, element: type[Any] | None = None, *, only: str | None = None
    ) -> Sequence[tuple[str, Any]]:
        """Ask every plugin (or `only` one) and unite the answers, each with the plugin's name.

        `element` is the type of what each answer is a sequence of, None where nothing is answered.
        """
        united: list[tuple[str, Any]] = []
        for plugin, function in sorted(self._functions(hook).items()):
            if only is not None and plugin != only:
                continue
            try:
                answer = await self._call(plugin, hook, function, call)
                if element is None:
                    continue
                if not isinstance(answer, Sequence) or not all(isinstance(one, element) for one in answer):
                    raise self.fault(plugin, hook, f"its answer is not a sequence of {element.__name__}")
            except PluginError as error:
                if HOOK_RULES[hook].policy is Policy.FATAL:
                    raise
                self._note(error)
            else:
                united.extend((plugin, one) for one in answer)
        return united

    async def findings(self, hook: str, call: object, *, only: str | None = None) -> Sequence[Finding]:
        """Ask every plugin for findings; one whose code the plugin never named is a fault of the plugin."""
        united: list[Finding] = []
        for plugin, finding in await self.every(hook, call, Finding, only=only):
            code = self._host.codes.get(finding.code)
            if code is None or code.plugin != plugin:
                self._note(self.fault(plugin, hook, f"it reported the code {finding.code!r} that it never named"))
            united.append(replace(finding, plugin=plugin))
        return united

    async def observe(self, hook: str, call: object) -> None:
        """Tell every observer that has not raised before."""
        for plugin, function in sorted(self._functions(hook).items()):
            if plugin in self._silenced:
                continue
            try:
                await self._call(plugin, hook, function, call, told=False)
            except PluginError as error:
                self._silenced.add(plugin)
                self._note(error)

    def fault(self, plugin: str, hook: str, what: str) -> PluginError:
        """Make the error for an answer that a hook does not allow."""
        return _error(PLUGIN_ANSWERED_WRONGLY, plugin, hook, what)

    def _functions(self, hook: str) -> dict[str, HookFunction]:
        return {
            implementation.plugin_name: implementation.function
            for implementation in getattr(self._host.manager.hook, hook).get_hookimpls()
        }

    async def _call(self, plugin: str, hook: str, function: HookFunction, call: object, *, told: bool = True) -> object:
        limit = self._seconds if HOOK_RULES[hook].timed else None
        if told:
            self._events.emit(HookCalled(hook=hook, plugin=plugin, moment="before"))
        try:
            with anyio.fail_after(limit):
                answer = await function(call=call)
        except (PluginError, *_OUTSIDE):
            raise
        except TimeoutError as error:
            raise _error(PLUGIN_TIMED_OUT, plugin, hook, f"it did not answer within {limit} seconds") from error
        except Exception as error:
            raise _error(PLUGIN_RAISED, plugin, hook, f"{type(error).__name__}: {error}") from error
        if told:
            self._events.emit(HookCalled(hook=hook, plugin=plugin, moment="after"))
        return answer

    def _note(self, error: PluginError) -> None:
        code = self._host.codes[error.code]
        self._faults.append(code.finding(error.message, (f"{WAIVER_PREFIX}{error.plugin}",)))


def _error(code: FindingCode, plugin: str, hook: str, what: str) -> PluginError:
    return PluginError(
        code.code,
        SECRETS.hide(f"The plugin {plugin!r} failed in {hook!r}: {what}."),
        code.remedy,
        plugin=plugin,
        hook=hook,
    )
