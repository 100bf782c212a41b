"""Hooks are asked one plugin after another, and whatever goes wrong names the plugin."""

from __future__ import annotations

from typing import Any, cast

import anyio
import pytest

from omt_core.api import calls
from omt_core.api.errors import InputError, InstallationError, PluginError
from omt_core.api.events import HookCalled
from omt_core.api.plugin import Plugin, PluginSettings
from omt_core.api.roles import RoleSettings
from omt_core.engine.surroundings import Surroundings
from omt_core.plugin_host import Candidate, EventHub, HookBus, HookCaller, PluginHost, PluginState
from tests.core.plugin_host import plugins

pytestmark = pytest.mark.anyio


def candidate(name: str, plugin_class: type[Plugin], *, default: bool = False) -> Candidate:
    return Candidate(
        name=name, version="1", source="test", default=default, state=PluginState.ACTIVE, plugin_class=plugin_class
    )


def host_of(**classes: type[Plugin]) -> PluginHost:
    return PluginHost([candidate(name, one) for name, one in classes.items()], lambda _: PluginSettings())


def bus_of(host: PluginHost, hub: EventHub | None = None, *, seconds: float = 5) -> HookBus:
    return HookBus(HookCaller(host, RoleSettings(), hub or EventHub(), seconds=seconds))


def users_call() -> calls.ValidateUsers:
    return calls.ValidateUsers(database=cast("Any", None), users=(), run=Surroundings(EventHub()))


async def test_findings_of_all_plugins_are_united() -> None:
    findings = await bus_of(host_of(good=plugins.Good)).validate_users(users_call())
    assert [(finding.code, finding.plugin) for finding in findings] == [("odd", "good")]


async def test_a_plugin_that_raises_becomes_a_finding_and_the_others_are_heard() -> None:
    bus = bus_of(host_of(bad=plugins.Raising, good=plugins.Good))
    assert [finding.plugin for finding in await bus.validate_users(users_call())] == ["good"]
    (fault,) = bus.take_faults()
    assert (fault.code, fault.subjects) == ("plugin-raised", ("plugin:bad",))
    assert "ZeroDivisionError: a bug" in fault.message
    assert bus.take_faults() == ()


async def test_a_plugin_that_takes_too_long_is_named() -> None:
    bus = bus_of(host_of(slow=plugins.Slow), seconds=0.01)
    assert await bus.validate_users(users_call()) == []
    assert bus.take_faults()[0].code == "plugin-timed-out"


@pytest.mark.parametrize("plugin_class", [plugins.Lying, plugins.Confused])
async def test_an_answer_that_the_hook_does_not_allow_is_the_plugins_fault(plugin_class: type[Plugin]) -> None:
    bus = bus_of(host_of(other=plugin_class))
    await bus.validate_users(users_call())
    assert bus.take_faults()[0].code == "plugin-answered-wrongly"


async def test_trouble_outside_the_plugin_stops_the_run_in_its_own_words() -> None:
    with pytest.raises(InstallationError, match="went away"):
        await bus_of(host_of(outside=plugins.Outside)).validate_users(users_call())


async def test_a_fatal_hook_that_raises_stops_the_run_and_names_plugin_and_hook() -> None:
    call = cast("Any", None)
    with pytest.raises(PluginError) as caught:
        await bus_of(host_of(bad=plugins.Raising)).contribute_upload_stages(call)
    assert (caught.value.plugin, caught.value.hook) == ("bad", "contribute_upload_stages")


async def test_a_role_whose_holder_is_not_there_is_said_so() -> None:
    with pytest.raises(InputError, match="'database'") as caught:
        await bus_of(host_of(good=plugins.Good)).read_users(cast("Any", None))
    assert caught.value.code == "role-not-held"


async def test_cancellation_passes_through_a_hook() -> None:
    bus = bus_of(host_of(slow=plugins.Slow), seconds=60)
    with anyio.move_on_after(0.01) as scope:
        await bus.validate_users(users_call())
    assert scope.cancelled_caught
    assert bus.take_faults() == ()


async def test_every_call_is_told_before_and_after() -> None:
    hub = EventHub()
    with hub.subscribe() as stream:
        await bus_of(host_of(good=plugins.Good), hub).validate_users(users_call())
        events = [stream.receive_nowait().event for _ in range(2)]
    assert [cast("HookCalled", event).moment for event in events] == ["before", "after"]


def test_a_plugin_that_cannot_be_made_or_clashes_is_broken_and_does_not_take_part() -> None:
    host = PluginHost(
        [
            candidate("fails", plugins.FailsWhenMade),
            candidate("good", plugins.Good),
            candidate("twin", plugins.Good),
        ],
        lambda _: PluginSettings(),
    )
    problems = {plugin.name: plugin.problem for plugin in host.plugins if plugin.state is PluginState.BROKEN}
    assert "RuntimeError: not today" in problems["fails"]
    assert "names the plugin 'good'" in problems["twin"]
    assert "twin" not in host.versions
    assert {one for finding in host.inactive_findings() for one in finding.subjects} == {"plugin:fails", "plugin:twin"}


def test_a_default_plugin_that_is_disabled_is_a_finding_and_another_is_not() -> None:
    gone = [
        Candidate(name="checks", version="1", source="test", default=True, state=PluginState.DISABLED),
        Candidate(name="extra", version="1", source="test", default=False, state=PluginState.DISABLED),
    ]
    host = PluginHost(gone, lambda _: PluginSettings())
    assert [finding.subjects for finding in host.inactive_findings()] == [("plugin:checks",)]
