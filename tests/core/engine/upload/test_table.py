"""What the upload table knows of rows, rate and time left (W73-W77)."""

from __future__ import annotations

from dataclasses import replace

from omt_core.api.events import StageChanged, StageProgress, StageState
from omt_core.engine.upload.table import UploadTable

MB = 1024 * 1024


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def progress(sent: int, *, total: int = 1000 * MB, detail: str = "") -> StageProgress:
    return StageProgress(
        stage="documents", items_done=1, items_total=2, bytes_done=sent, bytes_total=total, sent_bytes=sent,
        skipped_bytes=0, detail=detail,
    )  # fmt: skip


def uploading(clock: Clock) -> UploadTable:
    table = UploadTable(clock=clock)
    table.take(StageChanged(stage="documents", title="Documents", state=StageState.UPLOADING, detail="Uploading 0 KB"))
    return table


def test_the_text_of_a_row_moves_on_with_its_progress() -> None:
    table = uploading(Clock())
    table.take(progress(5 * MB, detail="Uploading 5.0 MB"))
    assert table.rows["documents"].detail == "Uploading 5.0 MB"
    table.take(progress(6 * MB))
    assert table.rows["documents"].detail == "Uploading 5.0 MB"
    table.take(StageChanged(stage="documents", title="Documents", state=StageState.SUCCEEDED, detail="Succeeded"))
    assert table.rows["documents"].detail == "Succeeded"


def test_rate_and_time_left_follow_a_line_that_became_slower() -> None:
    clock = Clock()
    table = uploading(clock)
    for second in range(1, 61):
        clock.now += 1
        table.take(progress(second * 10 * MB))
    assert table.rate() == 10 * MB
    assert table.time_left() == 40
    for second in range(1, 31):
        clock.now += 1
        table.take(progress(600 * MB + second * MB))
    assert table.rate() == MB
    assert table.time_left() == 370


def test_a_line_that_stands_still_has_a_rate_that_falls() -> None:
    clock = Clock()
    table = uploading(clock)
    clock.now += 10
    table.take(progress(100 * MB))
    clock.now += 990
    rate = table.rate()
    assert rate is not None
    assert rate < MB


def test_the_first_rate_is_that_of_the_line_and_not_of_the_look_at_the_files_before() -> None:
    clock = Clock()
    table = uploading(clock)
    clock.now += 600
    table.take(progress(0))
    assert table.rate() is None
    clock.now += 10
    table.take(progress(10 * MB))
    assert (table.rate(), table.time_left()) == (MB, 990)


def test_what_is_on_its_way_is_not_left_to_be_sent() -> None:
    clock = Clock()
    table = uploading(clock)
    table.take(progress(0))
    clock.now += 1
    sent = replace(progress(500 * MB), bytes_done=0)  # of bundles that are not whole yet
    table.take(sent)
    assert table.time_left() == 1


def test_nothing_is_said_of_the_time_left_before_anything_was_sent() -> None:
    table = uploading(Clock())
    assert table.time_left() is None
    table.take(progress(0))
    assert table.time_left() is None


def test_a_stage_that_was_sent_again_takes_away_nothing_from_another() -> None:
    clock = Clock()
    table = uploading(clock)
    table.take(StageChanged(stage="again", title="Again", state=StageState.UPLOADING, detail=""))
    table.take(progress(0))
    clock.now += 10
    table.take(replace(progress(900 * MB, total=100 * MB), stage="again"))
    table.take(progress(100 * MB))
    assert table.time_left() == 9
