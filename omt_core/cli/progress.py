"""The upload table of W73 on a terminal, and plain lines where there is none."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from omt_core.api.events import (
    CheckAsked,
    Event,
    FindingRaised,
    HookCalled,
    Notice,
    PhaseStarted,
    StageChanged,
    StageProgress,
    StageState,
)
from omt_core.api.sentence import joined, sentence
from omt_core.api.text import byte_rate, byte_size, duration, one_line, quantity
from omt_core.cli.console import Console
from omt_core.engine.session import Engine, tell_observers
from omt_core.engine.upload.table import Row, UploadTable
from omt_core.plugin_host import StampedEvent

_REDRAW: Final = 0.2
"""Seconds between two drawings of the table, unless a row changes its state."""
_LINE_EACH: Final = 60.0
"""Seconds between two lines of progress where there is no terminal: a night's log shows that it goes on."""

_MARKS: Final = {
    StageState.WAITING: (sentence("Waiting"), "dim"),
    StageState.ANALYSING: (sentence("Analyzing..."), "cyan"),
    StageState.UPLOADING: (sentence("Uploading"), "blue"),
    StageState.SKIPPING: (sentence("Skipping"), "magenta"),
    StageState.PAUSED: (sentence("Paused"), "yellow"),
    StageState.SUCCEEDED: (sentence("Succeeded"), "green"),
    StageState.FAILED: (sentence("Failed"), "bold red"),
}


@asynccontextmanager
async def watching(console: Console, engine: Engine) -> AsyncIterator[None]:
    """Show all events of a run for as long as the context lasts, and hand them to the observing plugins."""
    with engine.events.subscribe() as stream:
        async with anyio.create_task_group() as group:
            waiting = anyio.CancelScope(shield=True)
            group.start_soon(_show, console, engine, stream, waiting)
            try:
                yield
            finally:
                waiting.cancel()


async def _show(
    console: Console, engine: Engine, stream: MemoryObjectReceiveStream[StampedEvent], waiting: anyio.CancelScope
) -> None:
    """Show events until `waiting` for more of them is cancelled, and then those that are there."""
    table = UploadTable()
    live = Live(
        get_renderable=lambda: drawn(table, console.told), console=console.rich, auto_refresh=False, transient=False
    )
    checks = Live("", console=console.rich, auto_refresh=False, transient=True)
    last = said = time.monotonic()
    on_terminal = console.rich.is_terminal and not console.json

    async def show(event: StampedEvent) -> None:
        nonlocal last, said
        table.take(event.event)
        console.event(event.event, **beside(event, table))
        await tell_observers(engine, event)
        if isinstance(event.event, StageChanged) and on_terminal and not live.is_started:
            live.start()
        due = isinstance(event.event, StageChanged) or time.monotonic() - last > _REDRAW
        if live.is_started and due and not console.behind:
            last = time.monotonic()
            live.refresh()
        _say(console, event.event, plain=not on_terminal)
        if isinstance(event.event, CheckAsked):
            if on_terminal:
                checks.start()
                checks.update(Text(console.told(_question(event.event))), refresh=not console.behind)
            elif time.monotonic() - said > _LINE_EACH:
                said = time.monotonic()
                console.print(_question(event.event))
        elif not isinstance(event.event, HookCalled | FindingRaised):
            checks.stop()
        if isinstance(event.event, StageProgress) and not on_terminal and time.monotonic() - said > _LINE_EACH:
            said = time.monotonic()
            console.print(_line(table, event.event))

    try:
        with waiting:
            async for event in stream:
                with anyio.CancelScope(shield=True):
                    await show(event)
        with anyio.CancelScope(shield=True), suppress(anyio.WouldBlock):
            while True:
                await show(stream.receive_nowait())
    finally:
        checks.stop()
        if live.is_started:
            live.stop()


def drawn(rows: UploadTable, told: Callable[[str], str] = one_line) -> Table:
    """Draw the upload table as it is now; `told` says text in the language of who looks at it."""
    table = Table(expand=False, show_edge=False, pad_edge=False)
    table.add_column(told(sentence("Description")), min_width=18)
    table.add_column(told(sentence("Progress")), min_width=24)
    table.add_column("", min_width=34)
    for row in rows.rows.values():
        mark, style = _MARKS[row.state]
        table.add_row(Text(told(row.title)), _bar(row), Text(told(_words(row, mark)), style=style))
    table.add_row(Text(""), Text(""), Text(told(_pace(rows)), style="dim"))
    return table


def beside(event: StampedEvent, table: UploadTable) -> dict[str, str | float | None]:
    """Return what a program reads beside an event: its time, and with progress the rate and the seconds left.

    docs/generating/schemas.py has these fields too.
    """
    pace = {"rate": table.rate(), "time_left": table.time_left()} if isinstance(event.event, StageProgress) else {}
    return {"time": event.at.isoformat(timespec="milliseconds"), **pace}


def _pace(rows: UploadTable) -> str:
    rate, left = rows.rate(), rows.time_left()
    if rate is None:
        return ""
    if left is None:
        return byte_rate(rate)
    return sentence("{rate}  Time left: {duration}", rate=byte_rate(rate), duration=duration(left))


def _say(console: Console, event: Event, *, plain: bool) -> None:
    if isinstance(event, PhaseStarted):
        console.print(f"== {console.told(event.phase).capitalize()}")
    elif isinstance(event, Notice) and not console.behind:
        console.print(event.message)
    elif isinstance(event, FindingRaised):
        console.finding(event.finding)
    elif isinstance(event, StageChanged) and plain and event.state is not StageState.WAITING:
        title, words = console.told(event.title), console.told(event.detail or _MARKS[event.state][0])
        console.print(f"{title}: {words}")


def _question(asked: CheckAsked) -> str:
    """Say which question of the round is asked."""
    return sentence(
        "Check {number} of {total}: {check} of {plugin}",
        number=asked.number,
        total=asked.total,
        check=asked.check,
        plugin=asked.plugin,
    )


def _line(table: UploadTable, progress: StageProgress) -> str:
    title = table.rows[progress.stage].title if progress.stage in table.rows else progress.stage
    if not progress.bytes_total:  # such as what the tenant verifies, which is told in items
        return sentence(
            "{stage}: {items:,} of {all_items:,}",
            stage=title, items=progress.items_done, all_items=progress.items_total,
        )  # fmt: skip
    counts = sentence(
        "{stage}: {items:,} of {all_items:,}, {size} of {whole_size}",
        stage=title,
        items=progress.items_done,
        all_items=progress.items_total,
        size=byte_size(progress.bytes_done),
        whole_size=byte_size(progress.bytes_total),
    )
    return joined(filter(None, (counts, _pace(table))), "  ")


def _bar(row: Row) -> ProgressBar:
    done, total = (1, 1) if row.state is StageState.SUCCEEDED else (0, 1)
    if row.progress is not None and row.state is not StageState.SUCCEEDED:
        progress = row.progress
        done, total = (
            (progress.bytes_done, progress.bytes_total)
            if progress.bytes_total
            else (progress.items_done, progress.items_total)
        )
    return ProgressBar(total=max(total, 1), completed=done, width=24)


def _words(row: Row, mark: str) -> str:
    progress = row.progress
    if row.detail:
        return row.detail
    if progress is None or row.state in {StageState.SUCCEEDED, StageState.FAILED}:
        return mark
    if row.state is StageState.SKIPPING:
        return joined([mark, byte_size(progress.skipped_bytes)], " ")
    return sentence(
        "{state} {size} of {whole_size}, {items}",
        state=mark,
        size=byte_size(progress.bytes_done),
        whole_size=byte_size(progress.bytes_total),
        items=quantity(progress.items_done, "item"),
    )
