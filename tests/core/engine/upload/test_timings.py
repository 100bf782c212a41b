"""What transfers measured and what was estimated outlives the run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from omt_core.api.decisions import MigrationMode
from omt_core.api.items import Item
from omt_core.api.reporting import EstimateRecord
from omt_core.api.stages import UploadStage
from omt_core.engine.upload.timings import (
    Stopwatch,
    judge_estimate,
    keep_estimate,
    kept_estimate,
    note_import,
    past_transfers,
)
from omt_core.journal import Journal

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)
ESTIMATE = EstimateRecord(made=NOW - timedelta(hours=1), shortest=10.0, longest=40.0, files=3, bytes=4)


def stage(name: str, *, database: bool = False) -> UploadStage:
    async def items() -> AsyncIterator[Sequence[Item]]:
        yield [Item(stage=name, key="1", name="1")]

    return UploadStage(
        name=name, title=name, order=1, plugin="tests", items=items, kind="database" if database else "files"
    )


async def upload(journal: Journal, *, exit_code: int | None = 0) -> None:
    await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
    await journal.runs.begin_phase("upload")
    if exit_code is not None:
        await journal.runs.finish_phase()
        await journal.runs.finish(exit_code, ())


async def test_a_transfer_is_measured_and_its_import_beside_it(tmp_path: Path) -> None:
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        watch, database = Stopwatch(5_000), stage("database", database=True)
        async for batch in watch.timed(database).items():
            await journal.items.record_inventory(batch)
        await journal.items.record_outcomes((), sent=77)
        await watch.stop(journal, [database, stage("documents")])
        await note_import(journal, 12.5)
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        (told,) = await past_transfers(journal)
    assert (told.run, told.sent_bytes, told.limit, told.import_seconds) == (1, 77, 5_000, 12.5)
    assert told.seconds >= told.database_seconds > 0


async def test_an_estimate_is_judged_once_by_the_uploads_after_it(tmp_path: Path) -> None:
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await upload(journal)
        await keep_estimate(journal, replace(ESTIMATE, made=datetime.now(UTC)))
        await upload(journal, exit_code=130)
        await upload(journal, exit_code=None)
        await judge_estimate(journal)
        judged = await kept_estimate(journal)
        assert judged is not None
        assert judged.runs == (2, 3)
        assert judged.took is not None
        assert judged.took > 0
        await upload(journal)
        await judge_estimate(journal)
        assert await kept_estimate(journal) == judged


@pytest.mark.parametrize("hours", [-25, 25])
async def test_an_estimate_is_judged_by_what_came_after_it_whatever_the_clock_said(tmp_path: Path, hours: int) -> None:
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await upload(journal)
        await keep_estimate(journal, replace(ESTIMATE, made=datetime.now(UTC) + timedelta(hours=hours)))
        await upload(journal, exit_code=None)
        await judge_estimate(journal)
        judged = await kept_estimate(journal)
    assert judged is not None
    assert judged.runs == (2,)
    assert judged.took is not None
    assert 0 < judged.took < 3_000


async def test_an_estimate_that_a_run_made_before_its_own_upload_is_judged_by_that(tmp_path: Path) -> None:
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        await journal.runs.begin_phase("checklist")
        await keep_estimate(journal, replace(ESTIMATE, made=datetime.now(UTC)))
        await journal.runs.finish_phase()
        await journal.runs.begin_phase("upload")
        await judge_estimate(journal)
        judged = await kept_estimate(journal)
    assert judged is not None
    assert (judged.runs, judged.took != 0) == ((1,), True)


async def test_without_an_estimate_nothing_is_judged(tmp_path: Path) -> None:
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await upload(journal)
        await judge_estimate(journal)
        assert await kept_estimate(journal) is None


@pytest.mark.parametrize(("took", "off"), [(None, None), (10.0, 1.0), (40.0, 1.0), (60.0, 1.5), (5.0, 0.5)])
def test_how_far_off_is_a_factor_of_the_nearer_end(took: float | None, off: float | None) -> None:
    assert replace(ESTIMATE, took=took).off == off
