from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import anyio
import pytest

from omt_core.api.calls import RenderReport
from omt_core.api.decisions import Contact, Decisions, MigrationKind, MigrationMode, Notifications, Waiver
from omt_core.api.events import Event
from omt_core.api.findings import Finding, Severity
from omt_core.api.installation import Licence
from omt_core.api.items import ItemRecord, ItemState, TablePart
from omt_core.api.reporting import MigrationRecord, PhaseTiming, ReportSection, RunSummary
from omt_core.api.stages import StageTotals
from omt_report import ReportPlugin, ReportSettings

BEGAN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Surroundings:
    workspace: Path | None = None

    def emit(self, event: Event) -> None:
        raise AssertionError(event)


def item(number: int, state: ItemState = ItemState.CONFIRMED, **changes: Any) -> ItemRecord:
    record = ItemRecord(
        stage="documents", key=str(number), name=f"HH/2019.1/Tilbud {number}.docx", location=f"/SO_ARC/{number}.docx",
        size=20_311, mtime_ns=1, state=state, reason="", detail="", digest="ab" * 32, attempt=1, plugin="archive",
        part=None,
    )  # fmt: skip
    return record._replace(**changes)


def missing(number: int, **changes: Any) -> ItemRecord:
    facts: dict[str, Any] = {
        "reason": "document-file-missing",
        "detail": "no such file in any archive",
        "candidates": (f"/SO_ARC/HH/2018.2/Tilbud {number}.docx",),
        "digest": None,
        "location": None,
        "size": 0,
    }
    return item(number, ItemState.MISSING, **(facts | changes))


TABLE_PART = item(
    1,
    stage="database",
    key="person/000001",
    name="person/000001.parquet",
    part=TablePart(table="person", number=1, rows=40, fingerprint="0" * 32, last=True),
)

MISSING_FINDING = Finding(
    code="document-file-missing", severity=Severity.WARNING, plugin="archive", subjects=("2", "3"),
    message="2 documents have no file in the archive.", remedy="Put the files back, then run the tool again.",
)  # fmt: skip


def record_of(items: Sequence[ItemRecord], **changes: Any) -> MigrationRecord:
    async def records(states: Sequence[ItemState]) -> AsyncIterator[Sequence[ItemRecord]]:
        chosen = [one for one in items if not states or one.state in states]
        for start in range(0, len(chosen), 2):
            yield chosen[start : start + 2]

    def total(stage: str) -> StageTotals:
        here = [one for one in items if one.stage == stage]
        confirmed = [one for one in here if one.state is ItemState.CONFIRMED]

        def number(state: ItemState) -> int:
            return sum(one.state is state for one in here)

        return StageTotals(
            stage=stage,
            items=len(here),
            bytes=sum(one.size for one in here),
            confirmed_items=len(confirmed),
            confirmed_bytes=sum(one.size for one in confirmed),
            sent_items=len(confirmed),
            missing=number(ItemState.MISSING),
            failed=number(ItemState.FAILED),
            left_out=number(ItemState.SKIPPED),
        )

    record = MigrationRecord(
        workspace=Path("/workspace"),
        licence=Licence(owner="Nordlys Æventyr AS", serial="1234567890", version="8.5"),
        decisions=Decisions(
            kind=MigrationKind.LIVE,
            contact=Contact(email="migrator@example.com", phone="+47 22 00 00 00"),
            plans={"HH": "SalesPREM", "AB": "ServicePREM"},
            user_names={"HH": "h.h@example.com", "AB": "ab@example.com", "XX": "x@example.com"},
            notifications=Notifications(welcome=True, summary="boss@example.com"),
            waivers=(Waiver(names="document-file-missing", reason="They were lost in the fire."),),
        ),
        kind=MigrationKind.LIVE,
        runs=(
            RunSummary(
                number=1,
                started=BEGAN,
                finished=BEGAN + timedelta(hours=2, minutes=5),
                seconds=7_500,
                mode=MigrationMode.INITIAL,
                exit_code=0,
                sent_bytes=36_000_000,
                phases=(
                    PhaseTiming(phase="login", started=BEGAN, finished=BEGAN + timedelta(seconds=2), seconds=2),
                    PhaseTiming(phase="upload", started=BEGAN, finished=BEGAN + timedelta(hours=1), seconds=3600),
                    PhaseTiming(phase="complete", started=BEGAN, finished=None),
                ),
            ),
        ),
        totals={stage: total(stage) for stage in ("database", "documents")},
        stage_titles={"database": "Database", "documents": "Documents"},
        findings=(MISSING_FINDING,),
        waived=frozenset({MISSING_FINDING}),
        plugins={"upload": "1.0", "archive": "1.0"},
        receipt=Path("/workspace/receipt.json"),
        frozen=True,
        records=records,
        changes_online={"plans assigned": 2, "e-mail addresses removed from other persons": 1},
    )
    return replace(record, **changes)


Render = Callable[..., bytes]


@pytest.fixture
def render(tmp_path: Path) -> Render:
    def render(
        record: MigrationRecord,
        form: Literal["html", "csv", "json"],
        *,
        sections: Sequence[ReportSection] = (),
        shown: int = 1000,
        language: str = "en",
    ) -> bytes:
        output = tmp_path / f"report.{form}"
        call = RenderReport(
            record=record, sections=sections, format=form, output=output, run=Surroundings(), language=language
        )
        anyio.run(ReportPlugin(ReportSettings(exceptions_shown=shown)).render_report, call)
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
        return output.read_bytes()

    return render


@pytest.fixture
def sample() -> MigrationRecord:
    return record_of([TABLE_PART, item(1), missing(2), missing(3), item(4, ItemState.SKIPPED, reason="file-orphan")])


@pytest.fixture
def make_record() -> Callable[..., MigrationRecord]:
    return record_of


@pytest.fixture
def make_item() -> Callable[..., ItemRecord]:
    return item


@pytest.fixture
def make_missing() -> Callable[..., ItemRecord]:
    return missing
