"""Asks plugins, one after another, and turns whatever goes wrong into something that names the plugin.

    users = await dispatch.one(Plugin.read_users, call)
    answers = await dispatch.every(Plugin.validate_plans, call, only="plans")
    faults = await dispatch.tell(Plugin.before_phase, call)

The hook is the method of `Plugin` itself, so that the types of call and answer are known. Who asks gets the faults with
the values, and files both under the hook that it asked: nothing is kept here for anybody to take by mistake.

pluggy's own calls do not serve for coroutines: the first coroutine would win even if it later answered None, and an
exception would not say whose it is. So the implementations are walked here.

What enters is checked here and nowhere else: `answers` holds the types, `stages` the rules about items, `faults` judges
what was raised. What a plugin gets is a view (`call_view`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import anyio

from omt_core.api.calls import ContributeUploadStages, Observe
from omt_core.api.events import EventSink, HookCalled
from omt_core.api.findings import Finding
from omt_core.api.hook import Hook, Policy, Role, RoleSettings, hook_of
from omt_core.api.plugin import Plugin
from omt_core.api.sentence import sentence
from omt_core.api.stages import UploadStage
from omt_core.plugin_host.answers import Answers, admitted, check_types
from omt_core.plugin_host.call_view import view_of
from omt_core.plugin_host.errors import ROLE_NOT_HELD
from omt_core.plugin_host.faults import FaultError, blaming, too_late, wrong_answer
from omt_core.plugin_host.manager import PluginHost

C = TypeVar("C")
A = TypeVar("A")
HookFunction = Callable[..., Awaitable[object]]


class Dispatch:
    """Walks the implementations of a hook in the order of the plugins' names, which means nothing."""

    def __init__(
        self, host: PluginHost, roles: RoleSettings, events: EventSink, *, seconds: float, strict: bool = False
    ) -> None:
        """Ask the plugins of `host`, allowing each short hook `seconds`.

        A `strict` one raises every fault, as of a fatal hook: who tests a plugin wants the traceback.
        """
        self._strict = strict
        self._host = host
        self._roles = roles
        self._events = events
        self._seconds = seconds
        self._silenced: set[str] = set()

    def within(self, seconds: float) -> Dispatch:
        """Return one that asks the same plugins, and gives each short hook no more than `seconds`."""
        return Dispatch(self._host, self._roles, self._events, seconds=min(seconds, self._seconds), strict=self._strict)

    def telling(self, events: EventSink) -> Dispatch:
        """Return one that asks the same plugins, and tells of it elsewhere."""
        return Dispatch(self._host, self._roles, events, seconds=self._seconds, strict=self._strict)

    @property
    def holders(self) -> Mapping[str, str]:
        """The plugin that each role was given to, by the names of both."""
        return {role.value: self._roles.holder(role) for role in Role}

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
            raise ROLE_NOT_HELD.error(
                sentence(
                    "The plugin {holder} shall hold the role {role} but is not active, or cannot do {asked}.",
                    holder=repr(holder),
                    role=repr(asked.role.value),
                    asked=repr(asked.name),
                ),
                remedy=sentence(
                    "See `omt plugins`, or name another plugin in the setting core.roles.{role}.", role=asked.role.value
                ),
            )
        answer, late = await self._call(holder, asked, function, call)
        if late is not None:
            raise late
        return cast("A", answer)

    async def every(
        self, hook: Callable[[Plugin, C], Awaitable[Sequence[A]]], call: C, *, only: str | None = None
    ) -> Answers[A]:
        """Ask every plugin, or `only` one, and unite the answers. Of a fatal hook the first failure is raised."""
        asked = hook_of(hook)
        values: list[A] = []
        faults: list[Finding] = []
        for plugin, function in self._asked(asked, only):
            try:
                answer, late = await self._call(plugin, asked, function, call)
                given = cast("Sequence[A]", answer)
                own, wrong = admitted(given, plugin, asked, self._host.codes, self._host.error_codes)
            except FaultError as error:
                self._raise_where_fatal(error, asked)
                faults.append(error.finding())
                continue
            for fault in (*wrong, *([late] if late else [])):
                self._raise_where_fatal(fault, asked)
                faults.append(fault.finding())
            values += own
        return Answers(tuple(values), tuple(faults))

    async def tell(
        self, hook: Callable[[Plugin, C], Awaitable[None]], call: C, *, only: str | None = None
    ) -> tuple[Finding, ...]:
        """Tell every plugin, or `only` one, and return the findings about those that failed. Raises as `every` does."""
        return await self._tell(hook_of(hook), call, self._asked(hook_of(hook), only))

    async def observe(self, call: Observe) -> tuple[Finding, ...]:
        """Tell every observer that has not failed before, and return the findings about those that fail now."""
        asked = hook_of(Plugin.observe)
        observers = [(plugin, one) for plugin, one in self._asked(asked, None) if plugin not in self._silenced]
        return await self._tell(asked, call, observers)

    async def _tell(
        self, hook: Hook, call: object, functions: Sequence[tuple[str, HookFunction]]
    ) -> tuple[Finding, ...]:
        faults: list[Finding] = []
        for plugin, function in functions:
            try:
                _, late = await self._call(plugin, hook, function, call)
                if late is not None:
                    raise late
            except FaultError as error:
                self._raise_where_fatal(error, hook)
                faults.append(error.finding())
                if hook is hook_of(Plugin.observe):
                    self._silenced.add(plugin)
        return tuple(faults)

    def _raise_where_fatal(self, error: FaultError, hook: Hook) -> None:
        if self._strict or hook.policy is Policy.FATAL:
            raise error

    def _asked(self, hook: Hook, only: str | None) -> Sequence[tuple[str, HookFunction]]:
        functions = sorted(self._functions(hook).items())
        return [(plugin, function) for plugin, function in functions if only in {None, plugin}]

    def _functions(self, hook: Hook) -> dict[str, HookFunction]:
        return {
            implementation.plugin_name: implementation.function
            for implementation in getattr(self._host.manager.hook, hook.name).get_hookimpls()
        }

    async def _call(
        self, plugin: str, hook: Hook, function: HookFunction, call: object
    ) -> tuple[object, FaultError | None]:
        """Ask one plugin; returns its answer, and a fault when it came too late. Raises `FaultError`."""
        limit = self._seconds if hook.timed else None
        told = hook is not hook_of(Plugin.observe)
        if told:
            self._events.emit(HookCalled(hook=hook.name, plugin=plugin, moment="before"))
        view = view_of(call, plugin, hook, self._host.codes, owns_database=plugin == self._roles.holder(Role.DATABASE))
        began = anyio.current_time()
        answer: Any = None
        with anyio.move_on_after(limit) as scope:
            with blaming(plugin, hook.name, self._host.error_codes):
                answer = await function(call=view)
        if scope.cancelled_caught:
            raise too_late(plugin, hook.name, sentence("it did not answer within {limit:g} seconds", limit=limit))
        check_types(answer, plugin, hook)
        if told:
            self._events.emit(HookCalled(hook=hook.name, plugin=plugin, moment="after"))
        took = anyio.current_time() - began
        if limit is None or took <= limit:
            return answer, None
        # One that does not await cannot be interrupted, and has held up everything else besides.
        return answer, too_late(
            plugin, hook.name, sentence("it took {took:.0f} seconds, and may take {limit:g}", took=took, limit=limit)
        )


async def upload_stages(dispatch: Dispatch, call: ContributeUploadStages) -> list[UploadStage]:
    """Return all stages in the order of the screen. Raises `PluginError` for two of the same name, with both owners."""
    stages = (await dispatch.every(Plugin.contribute_upload_stages, call)).values
    owners: dict[str, str] = {}
    for stage in stages:
        other = owners.setdefault(stage.name, stage.plugin)
        if other != stage.plugin:
            what = sentence(
                "its stage {stage} has the name of one that {plugin} brings", stage=repr(stage.name), plugin=repr(other)
            )
            raise wrong_answer(stage.plugin, Plugin.contribute_upload_stages.__name__, what)
    return sorted(stages, key=lambda stage: (stage.order, stage.name))
