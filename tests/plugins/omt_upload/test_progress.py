"""A row of the upload table says what the wizard says (W74)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from omt_core.api import sentence, translated
from omt_core.api.events import StageChanged, StageProgress, StageState
from omt_core.api.stages import StageTotals
from omt_upload.progress import StageMeter
from tests.plugins.omt_upload.moving import Watcher, stage_of

pytestmark = pytest.mark.anyio


async def test_a_row_goes_from_analysing_to_skipping_to_uploading_to_its_end() -> None:
    watcher = Watcher(Path())
    meter = StageMeter(stage_of("database", []), watcher)
    meter.analysing()
    meter.seen(3, 300)
    meter.settled(1, sent=0, skipped=100)
    meter.passed(1_024)
    meter.settled(1, sent=100, skipped=0)
    meter.finished(failed=0)
    changes = [(event.state, event.detail) for event in watcher.events if isinstance(event, StageChanged)]
    assert changes == [
        (StageState.ANALYSING, "Analyzing Database..."),
        (StageState.SKIPPING, "Skipping 100 bytes"),
        (StageState.UPLOADING, "Uploading 1.0 KB"),
        (StageState.SUCCEEDED, "Succeeded"),
    ]
    last = [event for event in watcher.events if isinstance(event, StageProgress)][-1]
    assert (last.items_done, last.items_total, last.bytes_done, last.skipped_bytes) == (2, 3, 200, 100)


async def test_a_stage_is_analysed_by_its_title_in_the_readers_language() -> None:
    watcher = Watcher(Path())
    StageMeter(replace(stage_of("documents", []), title=sentence("Database")), watcher).analysing()
    told = [event.detail for event in watcher.events if isinstance(event, StageChanged)]
    assert [translated(detail, "de") for detail in told] == ["Analyse: Datenbank ..."]


async def test_what_an_earlier_run_confirmed_shows_as_skipped_and_failures_are_counted() -> None:
    watcher = Watcher(Path())
    meter = StageMeter(stage_of("documents", []), watcher)
    meter.analysing()
    meter.counted(
        StageTotals(
            stage="documents", items=5, bytes=50, confirmed_items=3, confirmed_bytes=30, skipped_bytes=30, missing=1
        )
    )
    meter.finished(failed=2)
    changes = [(event.state, event.detail) for event in watcher.events if isinstance(event, StageChanged)]
    assert changes[1:] == [(StageState.SKIPPING, "Skipping 30 bytes"), (StageState.FAILED, "Failed: 2 files")]
    last = [event for event in watcher.events if isinstance(event, StageProgress)][-1]
    assert (last.items_done, last.items_total) == (4, 5)


async def test_a_stage_that_left_something_behind_says_so_as_it_ends() -> None:
    watcher = Watcher(Path())
    StageMeter(stage_of("documents", []), watcher).finished(failed=0, left_behind=3)
    told = [(event.state, event.detail) for event in watcher.events if isinstance(event, StageChanged)]
    assert told == [(StageState.SUCCEEDED, "Succeeded, 3 left behind")]


async def test_what_is_left_behind_is_not_left_to_be_sent() -> None:
    watcher = Watcher(Path())
    meter = StageMeter(stage_of("documents", []), watcher)
    meter.counted(StageTotals(stage="documents", items=4, bytes=40, missing=1, failed=1, left_behind_bytes=15))
    meter.settled(2, sent=10, skipped=0, left_behind=15)
    meter.finished(failed=1)
    last = [event for event in watcher.events if isinstance(event, StageProgress)][-1]
    assert (last.items_done, last.bytes_done, last.bytes_total) == (4, 40, 40)


async def test_progress_is_told_at_most_a_few_times_a_second() -> None:
    watcher = Watcher(Path())
    meter = StageMeter(stage_of("documents", []), watcher)
    for _ in range(1_000):
        meter.seen(1, 1)
    assert len(watcher.events) < 500
