"""The upload table says what W73 to W77 show."""

from __future__ import annotations

import io
import itertools

from rich.console import Console as RichConsole

from omt_core.api.events import StageChanged, StageProgress, StageState
from omt_core.cli.progress import drawn
from omt_core.engine.upload.table import UploadTable


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
