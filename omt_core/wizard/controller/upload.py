"""The upload as the page sees it: it runs by itself, whoever looks; it can be paused, limited, and gone on with."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import anyio
from anyio.abc import TaskGroup

from omt_core.api.errors import InterruptedRunError, OmtError
from omt_core.api.events import Event, MachinesProgress, OnlineSilent, StageChanged, StageProgress, StageState
from omt_core.api.sentence import sentence
from omt_core.api.stages import StageTotals
from omt_core.engine.result import Result, unknown_fault
from omt_core.engine.steps import ListStages
from omt_core.engine.upload.machines import kept_machines
from omt_core.engine.upload.rate import RateLimit, read_limit, write_limit
from omt_core.engine.upload.run import FINISHING, STARTING
from omt_core.engine.upload.table import Row, UploadTable
from omt_core.engine.workspace import LIMIT_FILE
from omt_core.wizard.controller.document import UNDER_WAY, RowPart, UploadPart, UploadState
from omt_core.wizard.controller.session.holder import SessionHolder
from omt_core.wizard.errors import UPLOAD_NOT_RUNNING, UPLOAD_UNDER_WAY
from omt_core.wizard.words import told_text

_log = logging.getLogger("omt.wizard")
_LOOK_EVERY: Final = 3.0
"""Seconds between two looks at what is missing and failed, and at whether the installation is frozen by now."""

_LOOKING: Final = frozenset({StageState.WAITING, StageState.ANALYSING})
"""A row in one of these does not know yet what it has to send."""

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
        self._earlier: Mapping[str, _Earlier] = {}
        """What the attempts before this one did, by stage: going on neither sends it again nor makes it unsent."""
        self._rate: float | None = None
        """The newest rate, also of the attempt before: until there is another it foretells the end."""
        self._stop = anyio.Event()
        self._started: datetime | None = None
        self._totals: Sequence[StageTotals] = ()
        self._machines = MachinesProgress(machines=())
        self._folder: Path | None = None
        self._silent = False
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
        """Note an event of the session that is about a row, or about the online side."""
        if isinstance(event, OnlineSilent):
            self._silent = event.silent
            self._changed()
        if isinstance(event, StageProgress) and self._counts_anew(event):
            return
        self._table.take(event)
        if isinstance(event, StageChanged | StageProgress) and event.stage in self._table.rows:
            self._row_changed(self._row(event.stage))

    async def show_rows(self, *, ahead: bool = False) -> None:
        """Show the rows of the table from the beginning, those of partners among them (W73).

        `ahead` of the night there are files only, and nothing is finished.
        """
        stages = await self._holder.runner.do(ListStages(files_only=ahead))
        titles = [STARTING, *((stage.name, stage.title) for stage in stages), *(() if ahead else (FINISHING,))]
        self._table = UploadTable(rows={name: Row(title) for name, title in titles})
        await self._count()

    def start(self, work: Work, *, look: Callable[[], Awaitable[None]], ended: Callable[[], Awaitable[None]]) -> None:
        """Begin an attempt.

        `look` is called every few seconds of it and tells the pages, `ended` after it, however it ended. Raises
        `InputError` `upload-under-way`.
        """
        if self.under_way:
            raise UPLOAD_UNDER_WAY.error(
                sentence("The upload is under way already."), remedy=sentence("Wait for its end, or pause it.")
            )
        self._stop = anyio.Event()
        self._started = self._started or datetime.now(UTC)
        parts = {name: self._row(name) for name in self._table.rows}
        self._earlier = {name: _Earlier.of(part) for name, part in parts.items()}
        rows = {name: Row(row.title, progress=_carried(row.progress)) for name, row in self._table.rows.items()}
        self._table = UploadTable(rows=rows)
        self.state, self.error, self.result = UploadState.RUNNING, None, None
        self._silent = False
        self._changed()
        self._group.start_soon(self._run, work, look, ended)

    def forget(self) -> None:
        """Begin from nothing, as if nothing had been sent in this process. Nothing may be under way."""
        self._table, self._started, self._totals = UploadTable(), None, ()
        self._machines = MachinesProgress(machines=())
        self.state, self.error, self.result = UploadState.IDLE, None, None

    def pause(self) -> None:
        """Let what is in flight finish and begin nothing new."""
        self._ask_to_stop(UploadState.PAUSING)

    def cancel(self) -> None:
        """Stop; the upload can be gone on with, now or on another day."""
        self._ask_to_stop(UploadState.STOPPING)

    def limit(self, limit: RateLimit) -> None:
        """Send no faster from now on than this says. Raises `InputError`."""
        write_limit((self._known_folder() or self._holder.now.folder) / LIMIT_FILE, limit)
        self._changed()

    def part(self) -> UploadPart:
        """Return what the page shows."""
        if self.under_way:
            self._rate = self._table.rate() or self._rate
        rows = [self._row(name) for name in self._table.rows]
        folder = self._known_folder()
        limit = RateLimit.always(None) if folder is None else read_limit(folder / LIMIT_FILE)
        return UploadPart(
            state=self.state,
            rows=tuple(rows),
            rate=self._rate if self.under_way else None,
            time_left=self._time_left() if self.under_way or self.state is UploadState.PAUSED else None,
            limit=limit.at(datetime.now(UTC)),
            limit_given=str(limit),
            missing=sum(total.missing for total in self._totals),
            failed=sum(total.failed for total in self._totals),
            left_out=sum(total.left_out for total in self._totals),
            sent_bytes=sum(row.sent_bytes for row in rows),
            started_at=self._started,
            machines=self._machines.machines,
            dashboard=self._machines.dashboard if self.under_way else "",
            silent=self.under_way and self._silent,
        )

    def _row(self, name: str) -> RowPart:
        row, earlier = self._table.rows[name], self._earlier.get(name, _Earlier())
        left = sum(total.left_behind for total in self._totals if total.stage == name)
        if row.progress is None:
            return RowPart(
                stage=name, title=row.title, state=row.state, left_behind=left, **told_text("detail", row.detail)
            )
        progress = row.progress
        return RowPart(
            stage=name,
            title=row.title,
            state=row.state,
            **told_text("detail", row.detail),
            items_done=progress.items_done,
            items_total=progress.items_total,
            bytes_done=progress.bytes_done,
            bytes_total=progress.bytes_total,
            sent_bytes=earlier.sent_bytes + progress.sent_bytes,
            skipped_bytes=max(0, progress.skipped_bytes - earlier.moved_bytes),
            left_behind=left,
        )

    def _counts_anew(self, event: StageProgress) -> bool:
        """Tell whether an attempt only looks again at what the one before had seen, and has not seen as much yet."""
        row = self._table.rows.get(event.stage)
        return (
            row is not None
            and row.state in _LOOKING
            and row.progress is not None
            and event.bytes_total < row.progress.bytes_total
        )

    def _time_left(self) -> float | None:
        """Return the seconds left by the newest rate; None while that is not known, or what there is to send."""
        rows = [row for name, row in self._table.rows.items() if name not in {STARTING[0], FINISHING[0]}]
        if self._rate is None or any(row.progress is None and row.state in _LOOKING for row in rows):
            return None
        return self._table.open_bytes() / self._rate or None

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
            raise UPLOAD_NOT_RUNNING.error()

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
        journal = self._holder.runner.journal
        self._totals = tuple((await journal.items.totals()).values())
        self._machines = await kept_machines(journal)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    """What earlier attempts did for a stage: bytes that went over the line, and contents that are online by them."""

    sent_bytes: int = 0
    moved_bytes: int = 0

    @classmethod
    def of(cls, part: RowPart) -> _Earlier:
        """Take what a row shows: what is done and was not there before."""
        return cls(sent_bytes=part.sent_bytes, moved_bytes=max(0, part.bytes_done - part.skipped_bytes))


def _carried(progress: StageProgress | None) -> StageProgress | None:
    """Return how far a row is when the next attempt begins: it has sent nothing, and what is done is there."""
    return None if progress is None else replace(progress, sent_bytes=0, skipped_bytes=progress.bytes_done)
