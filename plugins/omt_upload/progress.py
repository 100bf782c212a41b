"""What a row of the upload table shows (W73, W74)."""

from __future__ import annotations

from typing import Final

import anyio

from omt_core.api import (
    EventSink,
    StageChanged,
    StageProgress,
    StageState,
    StageTotals,
    UploadStage,
    byte_size,
    quantity,
    sentence,
)

_BETWEEN_EVENTS: Final = 0.2
_UNIT: Final = 1024


class StageMeter:
    """Counts what a stage has done and tells it, at most five times a second."""

    def __init__(self, stage: UploadStage, events: EventSink) -> None:
        self._stage = stage
        self._events = events
        self._state = StageState.WAITING
        self._told_at = float("-inf")
        self._items_total = self._bytes_total = 0
        self._items_done = self._bytes_done = 0
        self._sent = self._skipped = 0
        self._pause = ""

    def analysing(self) -> None:
        """Say that the inventory begins, or begins anew."""
        self._items_total = self._bytes_total = 0
        self._change(StageState.ANALYSING)

    def seen(self, items: int, size: int) -> None:
        """Count more items that the inventory told of."""
        self._items_total += items
        self._bytes_total += size
        self._tell()

    def counted(self, totals: StageTotals) -> None:
        """Take over the counts once the inventory is done: what is confirmed or left behind by then counts as done."""
        self._items_total, self._bytes_total = totals.items, totals.bytes
        self._items_done = totals.confirmed_items + totals.left_behind
        self._bytes_done, self._skipped = totals.confirmed_bytes + totals.left_behind_bytes, totals.skipped_bytes
        if self._skipped and self._state is not StageState.UPLOADING:
            self._change(StageState.SKIPPING)
        self._tell(now=True)

    def settled(self, items: int, *, sent: int, skipped: int, left_behind: int = 0) -> None:
        """Count items that got their final state, with their bytes: sent now, online before, or not to be sent."""
        self._items_done += items
        self._bytes_done += sent + skipped + left_behind
        self._skipped += skipped
        if skipped and self._state is StageState.ANALYSING:
            self._change(StageState.SKIPPING)
        self._tell()

    def passed(self, size: int) -> None:
        """Count bytes of this stage that went over the line."""
        self._sent += size
        if self._state is not StageState.UPLOADING:
            self._change(StageState.UPLOADING)
        self._tell()

    def paused(self, why: str) -> None:
        """Say that the stage waits for something on site."""
        self._pause = why
        self._change(self._state)

    def resumed(self) -> None:
        """Say that it goes on."""
        self._pause = ""
        self._change(self._state)

    def finished(self, failed: int, left_behind: int = 0) -> None:
        """Say that the stage is over, and how many items it left behind."""
        self._tell(now=True)
        if failed:
            self._change(StageState.FAILED, sentence("Failed: {files}", files=quantity(failed, "file")))
        elif left_behind:
            self._change(StageState.SUCCEEDED, sentence("Succeeded, {count:,} left behind", count=left_behind))
        else:
            self._change(StageState.SUCCEEDED)

    def _change(self, state: StageState, detail: str = "") -> None:
        self._state = state
        self._events.emit(
            StageChanged(
                stage=self._stage.name,
                title=self._stage.title,
                state=StageState.PAUSED if self._pause else state,
                detail=detail or self._detail(),
            )
        )

    def _detail(self) -> str:
        if self._pause:
            return self._pause
        if self._state is StageState.UPLOADING:
            return sentence("Uploading {size}", size=byte_size(self._sent))
        if self._state is StageState.SKIPPING:
            return sentence("Skipping {size}", size=byte_size(self._skipped))
        if self._state is StageState.ANALYSING:
            return sentence("Analyzing {title}...", title=self._stage.title)
        return sentence("Succeeded") if self._state is StageState.SUCCEEDED else ""

    def _tell(self, *, now: bool = False) -> None:
        time = anyio.current_time()
        if not now and time < self._told_at + _BETWEEN_EVENTS:
            return
        self._told_at = time
        self._events.emit(
            StageProgress(
                stage=self._stage.name,
                items_done=self._items_done,
                items_total=self._items_total,
                bytes_done=self._bytes_done,
                bytes_total=self._bytes_total,
                sent_bytes=self._sent,
                skipped_bytes=self._skipped,
                detail=self._detail(),
            )
        )
