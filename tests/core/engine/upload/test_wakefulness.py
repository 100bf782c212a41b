"""The machine stays awake while an upload runs. A stand-in for Windows; tests/windows asks the real call."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import anyio
import pytest

from omt_core.api.context import StopSignal
from omt_core.api.decisions import MigrationKind
from omt_core.engine import steps
from omt_core.engine.session import MigrationSession
from omt_core.engine.upload import wakefulness
from tests.core.engine.sessions import session_in


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What Windows was told."""
    states: list[int] = []

    def tell(state: int) -> bool:
        states.append(state)
        return True

    monkeypatch.setattr(wakefulness, "_tell_windows", tell)
    return states


def test_windows_is_asked_for_as_long_as_the_upload_runs_also_where_it_fails(
    told: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(wakefulness._log, "info", said.append)

    def fail() -> None:
        with wakefulness.kept_awake():
            assert told == [0x8000_0001]
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        fail()
    assert told == [0x8000_0001, 0x8000_0000]
    assert said == ["this machine is kept from going to sleep until the upload ends, or its planned start is cancelled"]


def test_it_is_asked_for_until_the_last_of_those_who_overlap_has_left(told: list[int]) -> None:
    with ExitStack() as planned, ExitStack() as ahead:
        planned.enter_context(wakefulness.kept_awake())
        ahead.enter_context(wakefulness.kept_awake())
        planned.close()
        assert told == [0x8000_0001]
        ahead.close()
        assert told == [0x8000_0001, 0x8000_0000]


def test_where_windows_does_not_take_it_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(wakefulness._log, "info", said.append)
    monkeypatch.setattr(wakefulness, "_tell_windows", lambda _: False)
    with wakefulness.kept_awake():
        assert said == []


@pytest.mark.anyio
@pytest.mark.parametrize("step", ["upload", "precopy"])
async def test_it_is_asked_for_by_every_step_that_uploads(
    told: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    seen: list[list[int]] = []

    async def work(session: MigrationSession, stop: StopSignal) -> None:
        seen.append([*told])

    monkeypatch.setattr(steps, step, work)
    for refusal in ("refuse_unready", "refuse_unchecked", "refuse_errors"):
        monkeypatch.setattr(steps, refusal, lambda *_: None)
    made = {
        "upload": steps.Upload(stop=anyio.Event()),
        "precopy": steps.Precopy(stop=anyio.Event(), kind=MigrationKind.TEST),
    }
    async with session_in(tmp_path) as session:
        await made[step].perform(session)
    assert seen == [[0x8000_0001]]
    assert told == [0x8000_0001, 0x8000_0000]
