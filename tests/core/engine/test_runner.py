"""The loop performs steps one at a time, in the order that phases allow, and journals each phase."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import anyio
import pytest
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.errors import InputError, OmtError
from omt_core.api.events import PhaseFinished, PhaseStarted
from omt_core.api.findings import Finding, Severity
from omt_core.api.plugin import Plugin, hookimpl
from omt_core.engine import phases
from omt_core.engine.runner import Runner, Step
from omt_core.engine.session import MigrationSession
from tests.core.engine.sessions import session_in

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOn(Step[None]):
    """A step that notes when it begins and ends, and may fail."""

    phase = phases.LOGIN
    told: list[str] = field(default_factory=list)
    fails: bool = False

    @override
    async def perform(self, session: MigrationSession) -> None:
        self.told.append("begin")
        await anyio.lowlevel.checkpoint()
        session.log.file(
            "test", [Finding(code="odd", severity=Severity.INFO, plugin="p", subjects=(), message="m", remedy="r")]
        )
        self.told.append("end")
        if self.fails:
            raise InputError("refused", "No.", "Ask.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Step[None]):
    """A step within a phase that goes on after it."""

    phase = phases.LOGIN
    ends_phase: ClassVar[bool] = False

    @override
    async def perform(self, session: MigrationSession) -> None:
        del session


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Ask):
    """The step that ends the phase."""

    ends_phase: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Step[None]):
    """A step of a later phase."""

    phase = phases.UPLOAD

    @override
    async def perform(self, session: MigrationSession) -> None:
        del session


async def test_a_phase_cannot_begin_before_the_ones_it_needs(tmp_path: Path) -> None:
    async with session_in(tmp_path) as session, Runner.start(session) as runner:
        with pytest.raises(InputError) as caught:
            await runner.do(Send())
        assert caught.value.code == "phase-too-early"
        await runner.do(LogOn())
        await runner.do(Send())
        (run,) = await session.journal.runs.all()
        assert [phase.phase for phase in run.phases] == ["login", "upload"]


async def test_a_step_that_failed_does_not_count_and_may_be_tried_again(tmp_path: Path) -> None:
    async with session_in(tmp_path) as session, Runner.start(session) as runner:
        with pytest.raises(InputError, match="No"):
            await runner.do(LogOn(fails=True))
        with pytest.raises(InputError) as caught:
            await runner.do(Send())
        assert caught.value.code == "phase-too-early"
        await runner.do(LogOn())
        await runner.do(Send())
        (run,) = await session.journal.runs.all()
        assert [phase.phase for phase in run.phases] == ["login", "upload"]


async def test_a_phase_lasts_until_a_step_ends_it_and_is_told_of_once(tmp_path: Path) -> None:
    async with session_in(tmp_path) as session, Runner.start(session) as runner:
        with session.engine.events.subscribe() as stream:
            await runner.do(Ask())
            await runner.do(Ask())
            with pytest.raises(InputError):
                await runner.do(Send())
            await runner.do(LogOn())
            told = [stream.receive_nowait().event for _ in range(stream.statistics().current_buffer_used)]
        (run,) = await session.journal.runs.all()
        assert [(phase.phase, phase.finished is None) for phase in run.phases] == [("login", False)]
        assert sum(isinstance(event, PhaseStarted) for event in told) == 1
        assert sum(isinstance(event, PhaseFinished) for event in told) == 1


class Stumbling(Plugin):
    """Fails around every phase."""

    @override
    @hookimpl
    async def before_phase(self, call: calls.AroundPhase) -> None:
        raise ZeroDivisionError("before")

    @override
    @hookimpl
    async def after_phase(self, call: calls.AroundPhase) -> None:
        raise ZeroDivisionError("after")


async def test_what_goes_wrong_around_a_phase_is_told_under_the_plugin_that_failed(tmp_path: Path) -> None:
    async with session_in(tmp_path, bad=Stumbling) as session, Runner.start(session) as runner:
        await runner.do(Ask())
        assert [finding.subjects for finding in session.now.findings] == [("plugin:bad",)]
        await runner.do(End())
        assert {finding.message.partition("'bad' ")[2] for finding in session.now.findings} == {
            "failed in 'before_phase': ZeroDivisionError: before.",
            "failed in 'after_phase': ZeroDivisionError: after.",
        }


async def test_steps_of_two_front_ends_are_performed_one_after_the_other(tmp_path: Path) -> None:
    told: list[str] = []
    async with session_in(tmp_path) as session, Runner.start(session) as runner, anyio.create_task_group() as group:
        group.start_soon(runner.do, LogOn(told=told))
        group.start_soon(runner.do, LogOn(told=told))
    assert told == ["begin", "end", "begin", "end"]


async def test_a_front_end_that_goes_away_does_not_tear_its_step_apart(tmp_path: Path) -> None:
    told: list[str] = []
    async with session_in(tmp_path) as session, Runner.start(session) as runner:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(runner.do, LogOn(told=told))
                await anyio.wait_all_tasks_blocked()
                scope.cancel()
        await runner.do(LogOn())
    assert told == ["begin", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulty(Step[None]):
    """A step with a bug."""

    phase = phases.LOGIN

    @override
    async def perform(self, session: MigrationSession) -> None:
        raise ZeroDivisionError


async def test_a_step_with_a_bug_never_passes_for_done(tmp_path: Path) -> None:
    told: list[str] = []

    async def attempt() -> None:
        async with session_in(tmp_path) as session, Runner.start(session) as runner:
            with pytest.raises(OmtError, match="fault"):
                await runner.do(Faulty())
            told.append("failed")

    with pytest.raises(ExceptionGroup) as raised:
        await attempt()
    assert raised.group_contains(ZeroDivisionError)
    assert told == ["failed"]
