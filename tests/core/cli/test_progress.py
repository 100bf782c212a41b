"""The upload table says what W73 to W77 show."""

from __future__ import annotations

import io
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

import anyio
import anyio.lowlevel
import jsonschema
import pytest
from rich.console import Console as RichConsole

from omt_core.api.events import (
    CheckAsked,
    Event,
    FindingRaised,
    HookCalled,
    MachinesProgress,
    Notice,
    OnlineSilent,
    PhaseFinished,
    PhaseStarted,
    RunEnded,
    SendingMachine,
    SendingState,
    StageChanged,
    StageProgress,
    StageState,
    StartPlanned,
)
from omt_core.cli.console import Console
from omt_core.cli.progress import beside, drawn, watching
from omt_core.engine.upload.table import UploadTable
from omt_core.plugin_host import EventHub, StampedEvent
from omt_core.plugin_host.findings import PLUGIN_RAISED
from tests.core.engine.sessions import engine_with

SCHEMA = Path(__file__).parents[3] / "docs/reference/schemas/events.json"


def progress(stage: str, *, done: int, total: int, sent: int = 0, skipped: int = 0) -> StageProgress:
    return StageProgress(
        stage=stage, items_done=done, items_total=total, bytes_done=done * 1024, bytes_total=total * 1024,
        sent_bytes=sent, skipped_bytes=skipped,
    )  # fmt: skip


def shown(table: UploadTable) -> str:
    out = io.StringIO()
    RichConsole(file=out, width=110).print(drawn(table))
    return out.getvalue()


def test_rows_stand_in_the_order_in_which_they_were_announced() -> None:
    table = UploadTable()
    for name in ("Starting", "Database", "Templates", "Documents", "Customer Service", "Attachments", "Finishing"):
        table.take(StageChanged(stage=name.lower(), title=name, state=StageState.WAITING))
    table.take(StageChanged(stage="documents", title="Documents", state=StageState.UPLOADING))
    text = shown(table)
    places = [text.index(row.title) for row in table.rows.values()]
    assert places == sorted(places)
    assert len(places) == 7


def test_a_row_says_how_far_it_is_and_what_is_left() -> None:
    table = UploadTable(clock=itertools.count(0.0, 10.0).__next__)
    table.take(StageChanged(stage="documents", title="Documents", state=StageState.UPLOADING))
    table.take(progress("documents", done=40, total=80, sent=40 * 1024))
    assert "40.0 KB of 80.0 KB" in shown(table)
    assert "Time left:" in shown(table)
    table.take(StageChanged(stage="documents", title="Documents", state=StageState.SUCCEEDED))
    assert "Succeeded" in shown(table)


def test_what_is_skipped_says_so_with_its_size() -> None:
    table = UploadTable()
    table.take(StageChanged(stage="attachments", title="Attachments", state=StageState.SKIPPING))
    table.take(progress("attachments", done=2, total=2, skipped=15_900_000))
    assert "Skipping 15.2 MB" in shown(table)


def test_a_title_with_markup_or_control_characters_is_text() -> None:
    table = UploadTable()
    table.take(StageChanged(stage="x", title="[red]\x1bX", state=StageState.FAILED, detail="Failed: 3 files"))
    assert "[red]\\u001bX" in shown(table)
    assert "Failed: 3 files" in shown(table)


def line(event: Event, table: UploadTable) -> str:
    """Return what a program reads of an event."""
    out = io.StringIO()
    console = Console(EventHub(), json_lines=True, debug=False, self_command=(), out=out)
    console.event(event, **beside(StampedEvent(event=event, at=datetime.now(UTC)), table))
    return out.getvalue()


EVENTS = (
    RunEnded(exit_code=0, migration="live"),
    StartPlanned(at="2026-11-29T22:00:00+01:00"),
    CheckAsked(check="validate_plans", plugin="plans", number=1, total=12),
    FindingRaised(finding=PLUGIN_RAISED.finding("It raised.", ("plugin:x",))),
    Notice(message="It goes on."),
    OnlineSilent(silent=True),
    PhaseStarted(phase="upload"),
    PhaseFinished(phase="upload"),
    StageChanged(stage="documents", title="Documents", state=StageState.UPLOADING),
    progress("documents", done=40, total=80, sent=40 * 1024),
    MachinesProgress(
        machines=(
            SendingMachine(name="oslo-1", state=SendingState.SENDING, heard=datetime(2026, 11, 30, 6, 0, tzinfo=UTC)),
        )
    ),
)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_what_a_program_reads_of_an_event_has_the_fields_of_the_schema_and_no_others(event: Event) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    table = UploadTable()
    table.take(StageChanged(stage="documents", title="Documents", state=StageState.UPLOADING))
    read = json.loads(line(event, table))
    jsonschema.validate(read, schema)
    (of_this_kind,) = (one for one in schema["oneOf"] if one["properties"]["event"]["const"] == event.kind)
    made_from = {name for name in of_this_kind["properties"] if name.endswith(("template", "parameters"))}
    assert read.keys() | made_from == of_this_kind["properties"].keys()  # plain text is made from nothing


def test_the_schema_has_the_events_that_are_printed() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert {one["properties"]["event"]["const"] for one in schema["oneOf"]} == {event.kind for event in EVENTS}
    assert line(HookCalled(hook="freeze", plugin="x", moment="before"), UploadTable()) == ""


@pytest.mark.anyio
@pytest.mark.parametrize("cancelled", [False, True])
async def test_all_that_was_told_is_shown_before_a_run_ends(cancelled: bool) -> None:
    engine, out = engine_with(), io.StringIO()
    console = Console(engine.events, json_lines=True, debug=False, self_command=(), out=out)
    with anyio.CancelScope() as scope:
        async with watching(console, engine):
            engine.events.emit(Notice(message="first"))
            await anyio.lowlevel.checkpoint()
            engine.events.emit(Notice(message="second"))
            if cancelled:
                scope.cancel()
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["message"] for line in told] == ["first", "second"]
