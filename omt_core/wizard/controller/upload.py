"""The upload as the page sees it: it runs by itself, whoever looks; it can be paused, limited, and gone on with."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import anyio
from anyio.abc import TaskGroup

from omt_core.api.errors import InputError, InterruptedRunError, OmtError
from omt_core.api.events import Event, StageChanged, StageProgress
from omt_core.api.stages import StageTotals
from omt_core.engine.result import Result, unknown_fault
from omt_core.engine.steps import ListStages
from omt_core.engine.upload.rate import read_limit, write_limit
from omt_core.engine.upload.run import FINISHING, STARTING
from omt_core.engine.upload.table import Row, UploadTable
from omt_core.engine.workspace import LIMIT_FILE
from omt_core.wizard.controller.document import UNDER_WAY, RowPart, UploadPart, UploadState
from omt_core.wizard.controller.holder import SessionHolder

_log = logging.getLogger("omt.wizard")
_LOOK_EVERY: Final = 3.0
"""Seconds between two looks at what is missing and failed, and at whether the installation is frozen by now."""

Work = Callable[[anyio.Event], Awaitable[None]]


class UploadRun:
    """The upload of this process, in as many attempts as it takes."""

    def __init__(
        self,
        group: TaskGroup,
        holder: SessionHolder,
        changed: Callable[[], None],
        row_changed: Callable[[RowPart], None],
    ) -> None:
        self._group = group
        self._holder = holder
        self._changed = changed
        self._row_changed = row_changed
        self._table = UploadTable()
        self._stop = anyio.Event()
        self._started: datetime | None = None
        self._totals: Sequence[StageTotals] = ()
        self._folder: Path | None = None
        self.state = UploadState.IDLE
        self.error: OmtError | None = None
        self.result: Result | None = None

    @property
    def under_way(self) -> bool:
        """Whether something is sent, or about to end."""
        return self.state in UNDER_WAY

    @property
    def confirmed_bytes(self) -> int:
        """The bytes of all files that are confirmed online, in whichever attempt they were sent."""
        return sum(total.confirmed_bytes for total in self._totals)

    def take(self, event: Event) -> None:
        """Note an event of the session that is about a row."""
        self._table.take(event)
        if isinstance(event, StageChanged | StageProgress) and event.stage in self._table.rows:
            self._row_changed(_part(event.stage, self._table.rows[event.stage]))

    async def show_rows(self) -> None:
        """Show the rows of the table from the beginning, those of partners among them (W73)."""
        stages = await self._holder.runner.do(ListStages())
        titles = [STARTING, *((stage.name, stage.title) for stage in stages), FINISHING]
        self._table = UploadTable(rows={name: Row(title) for name, title in titles})
        await self._count()

    def start(self, work: Work, *, look: Callable[[], Awaitable[None]], ended: Callable[[], Awaitable[None]]) -> None:
        """Begin an attempt.

        `look` is called every few seconds of it and tells the pages, `ended` after it, however it ended. Raises
        `InputError` `upload-under-way`.
        """
        if self.under_way:
            raise InputError("upload-under-way", "The upload is under way already.", "Wait for its end, or pause it.")
        self._stop = anyio.Event()
        self._started = datetime.now(UTC)
        self._table = UploadTable(rows={name: Row(row.title) for name, row in self._table.rows.items()})
        self.state, self.error, self.result = UploadState.RUNNING, None, None
        self._changed()
        self._group.start_soon(self._run, work, look, ended)

    def pause(self) -> None:
        """Let what is in flight finish and begin nothing new."""
        self._ask_to_stop(UploadState.PAUSING)

    def cancel(self) -> None:
        """Stop; the upload can be gone on with, now or on another day."""
        self._ask_to_stop(UploadState.STOPPING)

    def limit(self, rate: int | None) -> None:
        """Send at most so many bytes per second from now on (None: as fast as the line is). Raises `InputError`."""
        write_limit((self._known_folder() or self._holder.now.folder) / LIMIT_FILE, rate)
        self._changed()

    def part(self) -> UploadPart:
        """Return what the page shows."""
        rate, left = (self._table.rate(), self._table.time_left()) if self.under_way else (None, None)
        rows = [_part(name, row) for name, row in self._table.rows.items()]
        folder = self._known_folder()
        return UploadPart(
            state=self.state,
            rows=tuple(rows),
            rate=rate,
            time_left=left,
            limit=None if folder is None else read_limit(folder / LIMIT_FILE),
            missing=sum(total.missing for total in self._totals),
            failed=sum(total.failed for total in self._totals),
            left_out=sum(total.left_out for total in self._totals),
            sent_bytes=sum(row.sent_bytes for row in rows),
            started_at=self._started,
        )

    def _known_folder(self) -> Path | None:
        """Return the workspace's folder, also while an attempt opens the session anew; None before there was one."""
        if self._holder.is_open:
            self._folder = self._holder.now.folder
        return self._folder

    def _ask_to_stop(self, state: UploadState) -> None:
        if self.state is UploadState.RUNNING or (self.state is UploadState.PAUSING and state is UploadState.STOPPING):
            self.state = state
            self._stop.set()
            self._changed()
        elif self.state is UploadState.PAUSED and state is UploadState.STOPPING:
            self.state = UploadState.STOPPED
            self._changed()
        else:
            raise InputError("upload-not-running", "No upload is running.", "Begin it, or go on with it, first.")

    async def _run(self, work: Work, look: Callable[[], Awaitable[None]], ended: Callable[[], Awaitable[None]]) -> None:
        error: OmtError | None = None
        async with anyio.create_task_group() as counting:
            counting.start_soon(self._keep_looking, look)
            try:
                await work(self._stop)
            except OmtError as raised:
                error = raised
            except Exception as fault:  # noqa: BLE001 - the page must hear of it, whatever it is
                _log.exception("the upload failed in a way that the tool does not know")
                error = unknown_fault(fault)
            counting.cancel_scope.cancel()
        if self._holder.is_open:
            self.result = await self._holder.end_run(error)
            await self._count()
        self._settle(error)
        await ended()
        self._changed()

    def _settle(self, error: OmtError | None) -> None:
        completed = self._holder.is_open and self._holder.now.completed is not None
        if error is None or completed:
            self.state, self.error = UploadState.DONE, error
        elif isinstance(error, InterruptedRunError):
            self.state = UploadState.PAUSED if self.state is UploadState.PAUSING else UploadState.STOPPED
        else:
            self.state, self.error = UploadState.FAILED, error

    async def _keep_looking(self, look: Callable[[], Awaitable[None]]) -> None:
        while True:
            await anyio.sleep(_LOOK_EVERY)
            if not self._holder.is_open:
                continue
            try:
                await self._count()
                await look()
            except Exception:  # noqa: BLE001 - while a session is opened anew its journal is closed; the next look sees all
                _log.debug("a look at the upload failed", exc_info=True)

    async def _count(self) -> None:
        self._totals = tuple((await self._holder.runner.journal.items.totals()).values())


def _part(name: str, row: Row) -> RowPart:
    if row.progress is None:
        return RowPart(stage=name, title=row.title, state=row.state, detail=row.detail)
    progress = row.progress
    return RowPart(
        stage=name,
        title=row.title,
        state=row.state,
        detail=row.detail,
        items_done=progress.items_done,
        items_total=progress.items_total,
        bytes_done=progress.bytes_done,
        bytes_total=progress.bytes_total,
        sent_bytes=progress.sent_bytes,
        skipped_bytes=progress.skipped_bytes,
    )
