"""What Prometheus reads of a run, while it goes on and after it has ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from omt_core.api.errors import InputError
from omt_core.api.events import PhaseStarted, RunEnded, StageChanged, StageProgress, StageState, StartPlanned
from omt_core.engine.upload.metrics import Metrics, metrics_kept
from omt_core.plugin_host import EventHub
from tests.core.engine.sessions import engine_with

pytestmark = pytest.mark.anyio


def samples(path: Path) -> dict[tuple[str, tuple[str, ...]], float]:
    """Read the file as Prometheus does: values by name and labels."""
    families = text_string_to_metric_families(path.read_text(encoding="utf-8"))
    return {
        (one.name, tuple(value for _, value in sorted(one.labels.items()))): one.value
        for family in families
        for one in family.samples
    }


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def tell_progress(events: EventHub) -> None:
    events.emit(PhaseStarted(phase="upload"))
    events.emit(StageChanged(stage="documents", title="Documents", state=StageState.UPLOADING))
    events.emit(
        StageProgress(
            stage="documents",
            items_done=3,
            items_total=9,
            bytes_done=30,
            bytes_total=90,
            sent_bytes=40,
            skipped_bytes=5,
        )
    )


async def test_the_file_stays_with_how_the_run_ended(tmp_path: Path) -> None:
    engine, file = engine_with(), tmp_path / "omt.prom"
    async with metrics_kept(engine, file):
        assert samples(file)["omt_run_state", ("running",)] == 1
        tell_progress(engine.events)
        engine.events.emit(
            RunEnded(exit_code=0, migration="live", completed=True, sent_files=9, sent_bytes=90, left_behind=2)
        )
    told = samples(file)
    assert told["omt_run_state", ("succeeded",)] == 1
    assert told["omt_run_state", ("running",)] == 0
    assert told["omt_run_phase", ("upload",)] == 1
    assert (told["omt_run_exit_code", ()], told["omt_files_sent", ()], told["omt_files_left_behind", ()]) == (0, 9, 2)
    assert told["omt_stage_items_done", ("documents",)] == 3
    assert told["omt_stage_bytes", ("documents",)] == 90
    assert told["omt_stage_state", ("documents", "uploading")] == 1
    assert names(tmp_path) == ["omt.prom"]


@pytest.mark.parametrize(("code", "state"), [(0, "succeeded"), (4, "failed"), (130, "interrupted")])
async def test_the_state_says_how_it_ended(tmp_path: Path, code: int, state: str) -> None:
    metrics = Metrics()
    metrics.take(RunEnded(exit_code=code, migration="test"))
    metrics.write(tmp_path / "omt.prom")
    told = samples(tmp_path / "omt.prom")
    assert [labels for (name, labels), value in told.items() if name == "omt_run_state" and value] == [(state,)]


def test_a_start_that_is_planned_after_a_check_is_neither_the_end_of_the_check_nor_a_run(tmp_path: Path) -> None:
    metrics, file = Metrics(), tmp_path / "omt.prom"
    said: list[list[str]] = []
    planned = StartPlanned(at="2026-11-29T22:00:00+00:00")
    for event in (RunEnded(exit_code=0, migration="live"), planned, PhaseStarted(phase="login"), StartPlanned(at="")):
        metrics.take(event)
        metrics.write(file)
        told = samples(file)
        said.append([labels[0] for (name, labels), value in told.items() if name == "omt_run_state" and value])
    assert said == [["succeeded"], ["planned"], ["running"], ["interrupted"]]
    assert ("omt_run_exit_code", ()) not in samples(file)


async def test_while_it_goes_on_it_says_rate_and_stages_and_no_end(tmp_path: Path) -> None:
    metrics, events = Metrics(), EventHub()
    with events.subscribe() as stream:
        tell_progress(events)
        for _ in range(3):
            metrics.take(stream.receive_nowait().event)
    metrics.write(tmp_path / "omt.prom")
    told = samples(tmp_path / "omt.prom")
    assert told["omt_rate_bytes_per_second", ()] > 0
    assert told["omt_stage_sent_bytes", ("documents",)] == 40
    assert ("omt_run_exit_code", ()) not in told


async def test_a_run_that_did_not_say_how_it_ended_has_failed(tmp_path: Path) -> None:
    file = tmp_path / "omt.prom"
    with pytest.raises(ExceptionGroup):
        async with metrics_kept(engine_with(), file):
            raise ZeroDivisionError
    assert samples(file)["omt_run_state", ("failed",)] == 1


async def test_a_file_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("a file")
    with pytest.raises(InputError) as refused:
        async with metrics_kept(engine_with(), tmp_path / "in-the-way" / "omt.prom"):
            pytest.fail("the run began")
    assert refused.value.code == "metrics-not-writable"


async def test_without_a_file_nothing_is_kept(tmp_path: Path) -> None:
    async with metrics_kept(engine_with(), None):
        pass
    assert names(tmp_path) == []
