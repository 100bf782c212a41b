"""What is worth a message, and what is nobody's news."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from omt_core.api import Event, Notice, PhaseStarted, RunEnded, StageChanged, StageState
from omt_notify.watch import Watch

AT = datetime(2026, 11, 30, 3, 40, tzinfo=UTC)
UPLOAD = PhaseStarted(phase="upload")


def ended(**fields: Any) -> RunEnded:
    return RunEnded(**{"exit_code": 0, "migration": "live", **fields})


def stage(name: str, state: StageState) -> StageChanged:
    return StageChanged(stage=name, title=name, state=state)


def told(*events: Event) -> list[str]:
    watch = Watch("CRM01")
    return [message.state for event in events for message in watch.take(event, AT)]


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (ended(completed=True), "completed"),
        (ended(completed=True, exit_code=3, error="files-unreadable"), "completed"),
        (ended(exit_code=130, error="interrupted"), "stopped"),
        (ended(), "sent-ahead"),
        (ended(exit_code=4, error="online-unreachable"), "failed"),
    ],
)
def test_the_end_of_an_upload_is_told_as_what_it_is(end: RunEnded, state: str) -> None:
    assert told(UPLOAD, end) == [state]


def test_a_run_that_uploads_nothing_is_nobodys_news() -> None:
    assert told(PhaseStarted(phase="login"), Notice(message="x"), ended(), ended(exit_code=1, error="x")) == []


def test_a_planned_start_that_was_not_begun_is_told_and_one_that_was_is_told_by_its_end() -> None:
    assert told(ended(planned=True, exit_code=1, error="findings-stand")) == ["not-begun"]
    assert told(UPLOAD, ended(planned=True, completed=True)) == ["completed"]


def test_a_folder_that_is_away_is_told_once_however_many_stages_wait_for_it() -> None:
    away, back = StageState.PAUSED, StageState.UPLOADING
    assert told(UPLOAD, stage("a", away), stage("b", away), stage("a", away)) == ["paused"]
    assert told(UPLOAD, stage("a", away), stage("a", back), stage("a", away)) == ["paused", "paused"]


def test_a_long_silence_of_an_upload_is_told_once_and_again_after_it_moved() -> None:
    watch = Watch("CRM01")
    watch.take(UPLOAD, AT)
    (first,) = watch.stalled(AT, 600)
    assert (first.state, first.at) == ("stalled", AT + timedelta(minutes=10))
    watch.take(Notice(message="The tenant is gone. Tried 12 times so far."), AT)
    assert watch.stalled(AT, 600) == ()
    watch.take(stage("a", StageState.UPLOADING), AT)
    assert len(watch.stalled(AT, 600)) == 1
    watch.take(ended(completed=True), AT)
    assert watch.stalled(AT, 600) == ()
