"""Every hook times every way of failing: the plugin is named, the policy holds, and the others are heard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

import anyio
import pytest

from omt_core.api.errors import PluginError
from omt_core.api.findings import Finding
from omt_core.api.hook import Hook, Policy, RoleSettings
from omt_core.api.plugin import HOOKS, Plugin, PluginSettings, hookimpl
from omt_core.plugin_host import Dispatch, EventHub, PluginHost
from tests.core.plugin_host import plugins
from tests.core.plugin_host.test_dispatch import candidate

pytestmark = pytest.mark.anyio
ASKED: Final = {name: hook for name, hook in HOOKS.items() if hook.call is not None}


def raises(error: BaseException) -> Callable[[], Awaitable[object]]:
    async def fail() -> object:
        raise error

    return fail


def answers(answer: object) -> Callable[[], Awaitable[object]]:
    async def fail() -> object:
        return answer

    return fail


async def _exits_in_a_thread() -> object:
    return await anyio.to_thread.run_sync(raises_at_once)


def raises_at_once() -> object:
    raise SystemExit(0)


WAYS: Final = {
    "raise": raises(ZeroDivisionError("boom")),
    "exit": raises(SystemExit(0)),
    "exit in a thread": _exits_in_a_thread,
    "close": raises(GeneratorExit()),
    "cancel itself": raises(asyncio.CancelledError()),
    "group": raises(BaseExceptionGroup("all", [SystemExit(0), ValueError("x")])),
    "own time": raises(TimeoutError("mine")),
    "own words": raises(PluginError("mine", "My words.", "Ask.", plugin="upload", hook="transfer")),
    "no memory": raises(MemoryError()),
    "never answer": anyio.sleep_forever,
    "wrong type": answers(3),
    "wrong element": answers([3]),
    "a text": answers("text"),
}


def bad_plugin(hook: Hook, way: Callable[[], Awaitable[object]]) -> type[Plugin]:
    async def fail(self: Plugin, call: object) -> object:
        return await way()

    functions: dict[str, object] = {hook.name: hookimpl(fail)}
    if hook.name == "freeze":
        functions["thaw"] = hookimpl(plugins.Thawing.thaw)
    return type("Bad", (Plugin,), functions)


async def faults_of(dispatch: Dispatch, hook: Hook) -> list[Finding | PluginError]:
    """Ask a hook as the engine does; returns what is held against plugins, raised or told."""
    function, call = cast("Any", hook.function), cast("Any", None)
    try:
        if hook.name == "observe":
            return list(await dispatch.observe(call))
        if hook.role is not None:
            await dispatch.one(function, call)
            return []
        if hook.answer is None:
            return list(await dispatch.tell(function, call))
        return list((await dispatch.every(function, call)).faults)
    except PluginError as error:
        return [error]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ASKED)
async def test_whatever_a_plugin_does_in_a_hook_it_is_named_and_the_policy_holds(name: str, way: str) -> None:
    hook = ASKED[name]
    if (hook.answer is None and way in {"wrong type", "wrong element", "a text"}) or (
        not hook.timed and way == "never answer"
    ):
        return  # what a hook without an answer says is not looked at; without a limit a hook may take for ever
    host = PluginHost([candidate("bad", bad_plugin(hook, WAYS[way]))], lambda _: PluginSettings())
    roles = RoleSettings.model_validate(dict.fromkeys(RoleSettings.model_fields, "bad"))
    seconds = 0.02 if way == "never answer" else 60
    (fault,) = await faults_of(Dispatch(host, roles, EventHub(), seconds=seconds), hook)
    assert isinstance(fault, PluginError) == (hook.policy is Policy.FATAL)
    assert "The plugin 'bad' failed in" in fault.message
    assert f"'{name}'" in fault.message
    assert fault.code == {
        "never answer": "plugin-timed-out", "wrong type": "plugin-answered-wrongly",
        "wrong element": "plugin-answered-wrongly", "a text": "plugin-answered-wrongly",
    }.get(way, "plugin-raised")  # fmt: skip
