"""Metrics of a run in Prometheus' text format, written whole, for the textfile folder of the node exporter.

No name of a person, a file or an installation is among them. The file stays with how the run ended.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import anyio
import anyio.to_thread
from anyio.streams.memory import MemoryObjectReceiveStream

from omt_core.api.drives import refuse_missing
from omt_core.api.errors import ExitCode
from omt_core.api.events import Event, PhaseStarted, RunEnded, StageChanged, StageState, StartPlanned
from omt_core.api.sentence import sentence
from omt_core.engine.errors import METRICS_NOT_WRITABLE
from omt_core.engine.session import Engine
from omt_core.engine.upload.table import UploadTable
from omt_core.plugin_host import StampedEvent

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Gauge

_EACH: Final = 10.0
"""Seconds between two writings, unless a stage changes its state; Prometheus asks about as often."""
_ENDED: Final = {ExitCode.DONE: "succeeded", ExitCode.INTERRUPTED: "interrupted"}


class _MakeGauge(Protocol):
    def __call__(self, name: str, about: str, *labels: str) -> Gauge: ...


class Metrics:
    """How far a run is, made of its events."""

    def __init__(self) -> None:
        self._table = UploadTable()
        self._began = time.time()
        self._state, self._phase = "running", ""
        self._end: RunEnded | None = None

    def take(self, event: Event) -> bool:
        """Note an event; tell whether it is one that the file should say at once."""
        self._table.take(event)
        if isinstance(event, StartPlanned):  # all was checked before, in a run that has ended
            self._end, self._state = None, "planned" if event.at else "interrupted"
        elif isinstance(event, PhaseStarted):
            self._phase = event.phase
            self._state = "running" if self._state == "planned" else self._state
        elif isinstance(event, RunEnded):
            self._end, self._state = event, _ENDED.get(ExitCode(event.exit_code), "failed")
        return isinstance(event, PhaseStarted | RunEnded | StageChanged | StartPlanned)

    def cut_short(self) -> None:
        """Note that nothing more will be heard: a run that did not say how it ended has failed."""
        if self._state in {"planned", "running"}:
            self._state = "failed"

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all, to be read by another account. Blocking. Raises OSError."""
        from prometheus_client import write_to_textfile  # noqa: PLC0415 - only who keeps metrics needs it

        write_to_textfile(str(path), self._registry())

    def _registry(self) -> CollectorRegistry:
        from prometheus_client import CollectorRegistry, Gauge  # noqa: PLC0415 - the same

        registry = CollectorRegistry()

        def gauge(name: str, about: str, *labels: str) -> Gauge:
            return Gauge(f"omt_{name}", about, labels, registry=registry)

        state = gauge("run_state", "1 for the state that the run is in", "state")
        for one in ("planned", "running", "succeeded", "failed", "interrupted"):
            state.labels(one).set(one == self._state)
        if self._phase:
            gauge("run_phase", "1 for the phase that the run came to", "phase").labels(self._phase).set(1)
        gauge("run_started_timestamp_seconds", "When the run began").set(self._began)
        gauge("run_updated_timestamp_seconds", "When this was written").set(time.time())
        self._add_rows(gauge)
        if self._end is None:
            gauge("rate_bytes_per_second", "Bytes a second over the line now").set(self._table.rate() or 0)
            left = self._table.time_left()
            if left is not None:
                gauge("time_left_seconds", "Seconds left at this rate").set(left)
        else:
            gauge("run_exit_code", "Exit code of the run").set(self._end.exit_code)
            gauge("files_sent", "Files sent, over all runs of the migration").set(self._end.sent_files)
            gauge("run_sent_bytes", "Bytes that this run sent over the line").set(self._end.sent_bytes)
            gauge("files_left_behind", "Files that are not online").set(self._end.left_behind)
        return registry

    def _add_rows(self, gauge: _MakeGauge) -> None:
        state = gauge("stage_state", "1 for the state that a stage is in", "stage", "state")
        figures = {
            "items_done": gauge("stage_items_done", "Items of a stage that are done", "stage"),
            "items_total": gauge("stage_items", "Items of a stage", "stage"),
            "bytes_done": gauge("stage_bytes_done", "Bytes of a stage that are done", "stage"),
            "bytes_total": gauge("stage_bytes", "Bytes of a stage", "stage"),
            "sent_bytes": gauge("stage_sent_bytes", "Bytes sent over the line for a stage", "stage"),
            "skipped_bytes": gauge("stage_skipped_bytes", "Bytes of a stage that were online before", "stage"),
        }
        for name, row in self._table.rows.items():
            for one in StageState:
                state.labels(name, one.value).set(one is row.state)
            if row.progress is not None:
                for field, figure in figures.items():
                    figure.labels(name).set(getattr(row.progress, field))


@asynccontextmanager
async def metrics_kept(engine: Engine, path: Path | None) -> AsyncIterator[None]:
    """Keep the file as the run is, for as long as the context lasts, and as it ended; None keeps none.

    Raises `InputError` `metrics-not-writable` where it cannot be written at the start. Later that stops no run.
    """
    if path is None:
        yield
        return
    metrics = Metrics()
    try:
        refuse_missing(path)
        await anyio.to_thread.run_sync(metrics.write, path)
    except OSError as error:
        raise METRICS_NOT_WRITABLE.error(
            sentence("The metrics cannot be written to {file}: {why}.", file=path, why=error.strerror or error)
        ) from error
    with engine.events.subscribe() as stream:
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_follow, stream, metrics, path)
                try:
                    yield
                finally:
                    group.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                with suppress(anyio.WouldBlock):
                    while True:
                        metrics.take(stream.receive_nowait().event)
                metrics.cut_short()
                await _write(metrics, path)


async def _follow(stream: MemoryObjectReceiveStream[StampedEvent], metrics: Metrics, path: Path) -> None:
    written = anyio.current_time()
    async for stamped in stream:
        if metrics.take(stamped.event) or anyio.current_time() - written > _EACH:
            with anyio.CancelScope(shield=True):
                await _write(metrics, path)
            written = anyio.current_time()


async def _write(metrics: Metrics, path: Path) -> None:
    with suppress(OSError):  # a disk that is full must not stop a migration
        await anyio.to_thread.run_sync(metrics.write, path)
