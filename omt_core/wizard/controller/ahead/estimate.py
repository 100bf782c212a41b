"""How long the upload will take, measured beside the session: by a copy of its journal and plugins of its own."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime

import anyio.to_thread
from anyio.abc import TaskGroup

from omt_core.api.calls import Estimate
from omt_core.api.errors import OmtError
from omt_core.api.reporting import EstimateRecord
from omt_core.api.sentence import parts_of
from omt_core.engine.opening import OpenRequest, open_session
from omt_core.engine.result import error_line, unknown_fault
from omt_core.engine.runner import Runner
from omt_core.engine.session import Engine
from omt_core.engine.upload.estimate import EstimateUpload, KeepEstimate
from omt_core.engine.upload.rate import read_limit
from omt_core.engine.workspace import LIMIT_FILE
from omt_core.wizard.controller.document import EstimatePart, SaidPart
from omt_core.wizard.controller.ground import Ground
from omt_core.wizard.errors import ESTIMATE_RUNNING

_log = logging.getLogger("omt.wizard")


class EstimateRun:
    """One estimate at a time; what it found is journalled, as what `omt estimate` finds, and the report judges it."""

    def __init__(self, group: TaskGroup, ground: Ground) -> None:
        self._group = group
        self._place, self._holder, self._opener = ground.place, ground.holder, ground.opener
        self._changed = ground.changed
        self._running = False
        self._error: OmtError | None = None
        self._kept: EstimateRecord | None = None
        self._found: Estimate | None = None

    def recall(self, kept: EstimateRecord | None) -> None:
        """Show what was estimated before this session, unless the upload that it was about is over."""
        self._found, self._error = None, None
        self._kept = None if kept is None or kept.took is not None else kept

    def start(self) -> None:
        """Measure in the background. Raises `InputError` `estimate-running`, or where nothing may be decided."""
        self._place.refuse_decisions()
        now = self._holder.now
        request = replace(self._opener.request(waivers=None), writes=False, kind=now.kind)
        limit = read_limit(now.folder / LIMIT_FILE).at(datetime.now(UTC))
        if self._running:
            raise ESTIMATE_RUNNING.error()
        self._running, self._error = True, None
        self._changed()
        self._group.start_soon(self._run, request, limit)

    def part(self) -> EstimatePart:
        """Return what the page shows."""
        kept, found = self._kept, self._found
        return EstimatePart(
            running=self._running,
            error=None if self._error is None else error_line(self._error),
            made=None if kept is None else kept.made,
            shortest=0 if kept is None else kept.shortest,
            longest=0 if kept is None else kept.longest,
            files_to_send=0 if kept is None else kept.files,
            bytes_to_send=0 if kept is None else kept.bytes,
            grounds=() if found is None else tuple(map(_said, found.grounds)),
            levers=() if found is None else tuple(map(_said, found.levers)),
        )

    async def _run(self, request: OpenRequest, limit: int | None) -> None:
        runner = self._holder.runner
        try:
            another = await anyio.to_thread.run_sync(self._opener.composer.another)  # shares nothing with the session's
            found = await _measured(another.engine, request, runner, limit)
            self._kept = await runner.do(KeepEstimate(found=found, made=datetime.now(UTC)))
            self._found = found
        except OmtError as error:
            self._fail(runner, error)
        except Exception as fault:  # noqa: BLE001 - nothing else in this group may end because of an estimate
            if self._fail(runner, unknown_fault(fault)):
                _log.exception("the estimate failed in a way that the tool does not know")
        self._running = False
        self._changed()

    def _fail(self, runner: Runner, error: OmtError) -> bool:
        """Show what ended the estimate, and return True, unless the session that it was for was closed meanwhile."""
        held = self._holder.is_open and self._holder.runner is runner
        if held:
            self._error = error
        return held


async def _measured(engine: Engine, request: OpenRequest, held: Runner, limit: int | None) -> Estimate:
    now = held.now
    async with open_session(engine, request) as session, Runner.start(session) as runner:
        try:
            return await runner.do(EstimateUpload(kind=now.kind, recover=now.decisions.recovery, limit=limit))
        except OmtError as error:
            failed = error  # not out of the task group, which would wrap it
    raise failed


def _said(text: str) -> SaidPart:
    parts = parts_of(text) or {}
    return SaidPart(message=text, template=parts.get("template"), parameters=parts.get("parameters") or {})
