"""Hooks are asked one plugin after another, and whatever goes wrong names the plugin."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import anyio
import pytest
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.errors import InputError, InstallationError, OmtError, OnlineError, PluginError
from omt_core.api.events import HookCalled, Notice
from omt_core.api.findings import Finding, Severity
from omt_core.api.hook import RoleSettings
from omt_core.api.plugin import Plugin, PluginSettings, hookimpl
from omt_core.engine.session import Surroundings
from omt_core.plugin_host import Answers, Candidate, Dispatch, EventHub, PluginHost, PluginState, upload_stages
from omt_core.testing.recording import RecordingContext
from tests.core.plugin_host import plugins

pytestmark = pytest.mark.anyio


def candidate(name: str, plugin_class: type[Plugin], *, default: bool = False) -> Candidate:
    return Candidate(
        name=name, version="1", source="test", default=default, state=PluginState.ACTIVE, plugin_class=plugin_class
    )


def host_of(**classes: type[Plugin]) -> PluginHost:
    return PluginHost([candidate(name, one) for name, one in classes.items()], lambda _: PluginSettings())


def dispatch_of(host: PluginHost, hub: EventHub | None = None, *, seconds: float = 5) -> Dispatch:
    return Dispatch(host, RoleSettings(), hub or EventHub(), seconds=seconds)


def users_call() -> calls.ValidateUsers:
    return calls.ValidateUsers(database=cast("Any", None), users=(), run=Surroundings(EventHub()))


async def test_findings_of_all_plugins_are_united() -> None:
    answers = await dispatch_of(host_of(good=plugins.Good)).every(Plugin.validate_users, users_call())
    assert [(finding.code, finding.plugin) for finding in answers.values] == [("odd", "good")]


async def test_a_plugin_that_raises_becomes_a_finding_and_the_others_are_heard() -> None:
    dispatch = dispatch_of(host_of(bad=plugins.Raising, good=plugins.Good))
    answers = await dispatch.every(Plugin.validate_users, users_call())
    assert [finding.plugin for finding in answers.values] == ["good"]
    (fault,) = answers.faults
    assert (fault.code, fault.subjects) == ("plugin-raised", ("plugin:bad",))
    assert "ZeroDivisionError: a bug" in fault.message


async def test_only_one_plugin_is_asked_where_one_is_named() -> None:
    dispatch = dispatch_of(host_of(bad=plugins.Raising, good=plugins.Good))
    answers = await dispatch.every(Plugin.validate_users, users_call(), only="good")
    assert (len(answers.values), answers.faults) == (1, ())


async def test_a_plugin_that_takes_too_long_is_named() -> None:
    answers = await dispatch_of(host_of(slow=plugins.Slow), seconds=0.01).every(Plugin.validate_users, users_call())
    assert (answers.values, answers.faults[0].code) == ((), "plugin-timed-out")


@pytest.mark.parametrize("plugin_class", [plugins.Lying, plugins.Confused])
async def test_an_answer_that_the_hook_does_not_allow_is_the_plugins_fault(plugin_class: type[Plugin]) -> None:
    answers = await dispatch_of(host_of(other=plugin_class)).every(Plugin.validate_users, users_call())
    assert answers.faults[0].code == "plugin-answered-wrongly"


async def test_trouble_outside_the_plugin_stops_the_run_in_its_own_words() -> None:
    with pytest.raises(InstallationError, match="went away"):
        await dispatch_of(host_of(outside=plugins.Outside)).every(Plugin.validate_users, users_call())


@pytest.mark.parametrize(("plugin_class", "told"), [(plugins.Outside, []), (plugins.OutsideUnnamed, ["unnamed"])])
async def test_an_error_with_a_code_that_nobody_named_is_told_as_it_is_and_the_log_says_whose_it_was(
    plugin_class: type[Plugin], told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(InstallationError) as caught:
        await dispatch_of(host_of(unnamed=plugin_class)).every(Plugin.validate_users, users_call())
    assert (caught.value.code, caught.value.message) == ("database-gone", "The database went away.")
    expected = "The plugin 'unnamed' raised an error with the code 'database-gone', which nobody named."
    assert [one.getMessage() for one in caplog.records if one.name == "omt.plugins"] == [expected for _ in told]


async def test_a_fatal_hook_that_raises_stops_the_run_and_names_plugin_and_hook() -> None:
    call = cast("Any", None)
    with pytest.raises(PluginError) as caught:
        await dispatch_of(host_of(bad=plugins.Raising)).every(Plugin.contribute_upload_stages, call)
    assert (caught.value.plugin, caught.value.hook) == ("bad", "contribute_upload_stages")


async def test_a_role_whose_holder_is_not_there_is_said_so() -> None:
    with pytest.raises(InputError, match="'database'") as caught:
        await dispatch_of(host_of(good=plugins.Good)).one(Plugin.read_users, cast("Any", None))
    assert caught.value.code == "role-not-held"


async def test_cancellation_passes_through_a_hook() -> None:
    with anyio.move_on_after(0.01) as scope:
        await dispatch_of(host_of(slow=plugins.Slow), seconds=60).every(Plugin.validate_users, users_call())
    assert scope.cancelled_caught


async def test_every_call_is_told_before_and_after() -> None:
    hub = EventHub()
    with hub.subscribe() as stream:
        await dispatch_of(host_of(good=plugins.Good), hub).every(Plugin.validate_users, users_call())
        events = [stream.receive_nowait().event for _ in range(2)]
    assert [cast("HookCalled", event).moment for event in events] == ["before", "after"]


async def test_two_hooks_asked_at_the_same_time_never_take_each_others_faults() -> None:
    dispatch = dispatch_of(host_of(bad=plugins.Raising, waiting=plugins.Waiting))
    plugins.Waiting.gate = anyio.Event()
    told: list[Answers[Finding]] = []

    async def ask_about_users() -> None:
        told.append(await dispatch.every(Plugin.validate_users, users_call()))

    async with anyio.create_task_group() as group:
        group.start_soon(ask_about_users)
        await anyio.wait_all_tasks_blocked()
        quick = await dispatch.every(Plugin.validate_plans, cast("Any", None))
        plugins.Waiting.gate.set()
    assert quick.faults == ()
    assert [fault.subjects for fault in told[0].faults] == [("plugin:bad",)]


async def test_an_observer_that_fails_is_told_once_and_not_asked_again() -> None:
    dispatch = dispatch_of(host_of(bad=plugins.BlindObserver))
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    call = calls.Observe(event=Notice(message="Look."), at=moment, run=RecordingContext())
    (fault,) = await dispatch.observe(call)
    assert (fault.code, fault.subjects) == ("plugin-raised", ("plugin:bad",))
    assert await dispatch.observe(call) == ()


async def test_a_stage_is_its_plugins_whatever_it_says_and_two_of_a_name_are_refused() -> None:
    call = cast("Any", None)
    (stage,) = await upload_stages(dispatch_of(host_of(one=plugins.Bringing)), call)
    assert stage.plugin == "one"
    with pytest.raises(PluginError, match=r"'logos' has the name of one that 'one' brings") as caught:
        await upload_stages(dispatch_of(host_of(one=plugins.Bringing, two=plugins.Bringing)), call)
    assert caught.value.plugin == "two"


def raising(error: BaseException) -> type[Plugin]:
    class Raises(Plugin):
        @override
        @hookimpl
        async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
            raise error

    return Raises


def answering(answer: object) -> type[Plugin]:
    class Says(plugins.Good):
        @override
        @hookimpl
        async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
            return answer  # type: ignore[return-value]  # what a bad plugin does

    return Says


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PluginError("own-code", "My words.", "Ask.", plugin="upload", hook="transfer"), "own-code: My words."),
        (TimeoutError("the server of ours"), "TimeoutError: the server of ours"),
        (SystemExit(0), "tried to end the process"),
        (GeneratorExit(), "GeneratorExit"),
        (asyncio.CancelledError(), "CancelledError"),
        (BaseExceptionGroup("both", [SystemExit(3), ValueError("x")]), "and 1 more"),
        (ExceptionGroup("one", [ZeroDivisionError("deep")]), "ZeroDivisionError: deep"),
    ],
)
async def test_whatever_comes_out_of_a_plugin_is_its_fault_and_the_others_are_heard(
    error: BaseException, words: str
) -> None:
    dispatch = dispatch_of(host_of(bad=raising(error), good=plugins.Good))
    answers = await dispatch.every(Plugin.validate_users, users_call())
    assert [finding.plugin for finding in answers.values] == ["good"]
    assert [(fault.code, fault.subjects) for fault in answers.faults] == [("plugin-raised", ("plugin:bad",))]
    assert words in answers.faults[0].message
    assert "'validate_users'" in answers.faults[0].message


@pytest.mark.parametrize(
    "error", [InstallationError("gone", "It went away.", "Wait."), OnlineError("gone", "It went away.", "Wait.")]
)
async def test_trouble_outside_keeps_its_meaning_in_a_group(error: OmtError) -> None:
    group = ExceptionGroup("tasks", [ExceptionGroup("inner", [error]), ValueError("besides")])
    with pytest.raises(type(error), match="went away") as caught:
        await dispatch_of(host_of(outside=raising(group))).every(Plugin.validate_users, users_call())
    assert caught.value.exit_code == error.exit_code


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "text",
        {"odd": plugins.ODD},
        plugins.ODD.finding("One."),
        [plugins.ODD],
        [replace(plugins.ODD.finding("One."), severity="bogus")],
        [replace(plugins.ODD.finding("One."), subjects=[1, None])],
        [replace(plugins.ODD.finding("One."), code=3)],
    ],
)
async def test_an_answer_is_checked_to_the_last_field(answer: object) -> None:
    answers = await dispatch_of(host_of(good=answering(answer))).every(Plugin.validate_users, users_call())
    assert (answers.values, [fault.code for fault in answers.faults]) == ((), ["plugin-answered-wrongly"])


async def test_a_flood_of_findings_is_bounded_and_counted() -> None:
    flood = [plugins.ODD.finding(f"Number {number}.") for number in range(5_000)]
    worst = plugins.ODD.finding("The worst.", severity=Severity.ERROR)
    answers = await dispatch_of(host_of(good=answering([*flood, worst]))).every(Plugin.validate_users, users_call())
    assert len(answers.values) == 1_000
    assert worst in answers.values
    assert "5001 findings" in answers.faults[0].message


async def test_a_hook_that_held_up_everything_for_longer_than_it_may_is_told_although_it_returned() -> None:
    class Blocking(plugins.Good):
        @override
        @hookimpl
        async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
            threading.Event().wait(0.05)
            return await super().validate_users(call)

    answers = await dispatch_of(host_of(good=Blocking), seconds=0.01).every(Plugin.validate_users, users_call())
    assert [finding.code for finding in answers.values] == ["odd"]
    assert [fault.code for fault in answers.faults] == ["plugin-timed-out"]


async def test_what_a_plugin_does_to_its_call_nobody_else_sees() -> None:
    class Spoiling(Plugin):
        @override
        @hookimpl
        async def validate_plans(self, call: calls.ValidatePlans) -> Sequence[Finding]:
            call.plans.clear()  # type: ignore[attr-defined]  # what a bad plugin does
            return ()

    plans = {"HH": "ten-sales"}
    call = calls.ValidatePlans(users=(), plans=plans, catalogue=None, run=Surroundings(EventHub()))
    assert (await dispatch_of(host_of(bad=Spoiling)).every(Plugin.validate_plans, call)).faults == ()
    assert plans == {"HH": "ten-sales"}
