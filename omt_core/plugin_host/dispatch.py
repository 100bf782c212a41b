"""Asks plugins, one after another, and turns whatever goes wrong into something that names the plugin.

    users = await dispatch.one(Plugin.read_users, call)
    answers = await dispatch.every(Plugin.validate_plans, call, only="plans")
    faults = await dispatch.tell(Plugin.before_phase, call)

The hook is the method of `Plugin` itself, so that the types of call and answer are known. Who asks gets the faults with
the values, and files both under the hook that it asked: nothing is kept here for anybody to take by mistake.

pluggy's own calls do not serve for coroutines: the first coroutine would win even if it later answered None, and an
exception would not say whose it is. So the implementations are walked here.

An `InstallationError`, `OnlineError` or `InputError` that a plugin raises is about the world outside, not about the
plugin: it always stops the run, with the words that the plugin gave it.
"""

from __future__ import annotations

import typing
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import anyio

from omt_core.api.calls import Observe
from omt_core.api.errors import InputError, InstallationError, InterruptedRunError, OnlineError, PluginError
from omt_core.api.events import EventSink, HookCalled
from omt_core.api.findings import WAIVER_PREFIX, Finding, FindingCode
from omt_core.api.hook import Hook, Policy, hook_of
from omt_core.api.plugin import Plugin
from omt_core.api.redaction import SECRETS
from omt_core.api.roles import RoleSettings
from omt_core.api.stages import UploadStage
from omt_core.plugin_host.findings import PLUGIN_ANSWERED_WRONGLY, PLUGIN_RAISED, PLUGIN_TIMED_OUT
from omt_core.plugin_host.manager import PluginHost

_OUTSIDE = (InstallationError, OnlineError, InputError, InterruptedRunError)

C = TypeVar("C")
A = TypeVar("A")
HookFunction = Callable[..., Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Answers(Generic[A]):
    """What plugins answered, in the order of their names, and the findings about those that failed instead."""

    values: tuple[A, ...]
    faults: tuple[Finding, ...] = ()


class Dispatch:
    """Walks the implementations of a hook in the order of the plugins' names, which means nothing."""

    def __init__(self, host: PluginHost, roles: RoleSettings, events: EventSink, *, seconds: float) -> None:
        """Ask the plugins of `host`, allowing each short hook `seconds`."""
        self._host = host
        self._roles = roles
        self._events = events
        self._seconds = seconds
        self._silenced: set[str] = set()

    def implementers(self, hook: Callable[..., object]) -> tuple[str, ...]:
        """Return the names of the plugins that implement a hook, sorted."""
        return tuple(sorted(self._functions(hook_of(hook))))

    async def one(self, hook: Callable[[Plugin, C], Awaitable[A]], call: C) -> A:
        """Ask the holder of the hook's role. Raises `InputError` `role-not-held` when it does not take part."""
        asked = hook_of(hook)
        if asked.role is None:
            raise LookupError(f"{asked.name} is no role's")
        holder = self._roles.holder(asked.role)
        function = self._functions(asked).get(holder)
        if function is None:
            raise InputError(
                "role-not-held",
                f"The plugin {holder!r} shall hold the role {asked.role.value!r} but is not active, "
                f"or cannot do {asked.name!r}.",
                f"See `omt plugins`, or name another plugin in the setting core.roles.{asked.role.value}.",
            )
        answer = await self._call(holder, asked, function, call)
        if not _fits(answer, asked.answer):
            raise wrong_answer(holder, hook, f"it answered {type(answer).__name__}")
        return typing.cast("A", answer)

    async def every(
        self, hook: Callable[[Plugin, C], Awaitable[Sequence[A]]], call: C, *, only: str | None = None
    ) -> Answers[A]:
        """Ask every plugin, or `only` one, and unite the answers. Of a fatal hook the first failure is raised."""
        asked = hook_of(hook)
        values: list[A] = []
        faults: list[Finding] = []
        for plugin, function in self._asked(asked, only):
            try:
                answer = await self._call(plugin, asked, function, call)
                if not _fits(answer, asked.answer):
                    raise wrong_answer(plugin, hook, f"its answer is not a sequence of {asked.element.__name__}")
            except PluginError as error:
                if asked.policy is Policy.FATAL:
                    raise
                faults.append(self._finding(error))
            else:
                own, wrong = self._admitted(plugin, asked, typing.cast("Sequence[A]", answer))
                values += own
                faults += wrong
        return Answers(tuple(values), tuple(faults))

    async def tell(
        self, hook: Callable[[Plugin, C], Awaitable[None]], call: C, *, only: str | None = None
    ) -> tuple[Finding, ...]:
        """Tell every plugin, or `only` one, and return the findings about those that failed. Raises as `every` does."""
        asked = hook_of(hook)
        faults: list[Finding] = []
        for plugin, function in self._asked(asked, only):
            try:
                await self._call(plugin, asked, function, call)
            except PluginError as error:
                if asked.policy is Policy.FATAL:
                    raise
                faults.append(self._finding(error))
        return tuple(faults)

    async def observe(self, call: Observe) -> tuple[Finding, ...]:
        """Tell every observer that has not failed before, and return the findings about those that fail now."""
        asked = hook_of(Plugin.observe)
        faults: list[Finding] = []
        for plugin, function in self._asked(asked, None):
            if plugin in self._silenced:
                continue
            try:
                await self._call(plugin, asked, function, call, told=False)
            except PluginError as error:
                self._silenced.add(plugin)
                faults.append(self._finding(error))
        return tuple(faults)

    def _asked(self, hook: Hook, only: str | None) -> Sequence[tuple[str, HookFunction]]:
        functions = sorted(self._functions(hook).items())
        return [(plugin, function) for plugin, function in functions if only in {None, plugin}]

    def _functions(self, hook: Hook) -> dict[str, HookFunction]:
        return {
            implementation.plugin_name: implementation.function
            for implementation in getattr(self._host.manager.hook, hook.name).get_hookimpls()
        }

    async def _call(
        self, plugin: str, hook: Hook, function: HookFunction, call: object, *, told: bool = True
    ) -> object:
        limit = self._seconds if hook.timed else None
        if told:
            self._events.emit(HookCalled(hook=hook.name, plugin=plugin, moment="before"))
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
            self._events.emit(HookCalled(hook=hook.name, plugin=plugin, moment="after"))
        return answer

    def _admitted(self, plugin: str, hook: Hook, answer: Sequence[A]) -> tuple[Sequence[A], Sequence[Finding]]:
        """Return the values with their owner's name, and a fault for each code that the plugin never named."""
        own: list[Any] = []
        faults: list[Finding] = []
        for value in answer:
            if isinstance(value, UploadStage):
                own.append(replace(value, plugin=plugin))
                continue
            if not isinstance(value, Finding):
                own.append(value)
                continue
            code = self._host.codes.get(value.code)
            if code is None or code.plugin != plugin:
                what = f"it reported the code {value.code!r} that it never named"
                faults.append(self._finding(wrong_answer(plugin, hook.function, what)))
            own.append(replace(value, plugin=plugin))
        return own, faults

    def _finding(self, error: PluginError) -> Finding:
        code = self._host.codes[error.code]
        return code.finding(error.message, (f"{WAIVER_PREFIX}{error.plugin}",))


def _fits(answer: object, wanted: Any) -> bool:  # noqa: ANN401 - the object that stands for a type
    """Tell whether an answer is of the type that its hook has; what a hook without an answer says is not looked at."""
    if wanted is None:
        return True
    if typing.get_origin(wanted) is Sequence:
        (element,) = typing.get_args(wanted)
        return isinstance(answer, Sequence) and all(isinstance(one, element) for one in answer)
    return isinstance(answer, wanted)


def wrong_answer(plugin: str, hook: Callable[..., object], what: str) -> PluginError:
    """Make the error for an answer that a hook does not allow."""
    return _error(PLUGIN_ANSWERED_WRONGLY, plugin, hook_of(hook), what)


def _error(code: FindingCode, plugin: str, hook: Hook, what: str) -> PluginError:
    return PluginError(
        code.code,
        SECRETS.hide(f"The plugin {plugin!r} failed in {hook.name!r}: {what}."),
        code.remedy,
        plugin=plugin,
        hook=hook.name,
    )
