"""A transfer by a fleet: decided, journalled and committed here, sent from where the files are near."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

import anyio
from anyio import TASK_STATUS_IGNORED
from anyio.abc import TaskStatus
from omt_core.api import Notice, OmtError, joined, sentence
from omt_core.api.calls import Transfer, TransferSummary
from omt_upload.lanes.lane import HereLane, Lane
from omt_upload.transfer import transfer
from omt_upload.transfer_context import TransferContext

from omt_dask.errors import DASK_SCHEDULER_LOST
from omt_dask.settings import DaskSettings
from omt_dask.tool.cluster import connected
from omt_dask.tool.fleet import Fleet
from omt_dask.tool.homes import Roots, spool_of
from omt_dask.tool.lane import AnywhereLane, HomeLane

_log: Final = logging.getLogger("omt.dask")


async def transfer_by_fleet(call: Transfer, settings: DaskSettings) -> TransferSummary:
    """Move all items of all stages, as `omt_upload.transfer` does, files on shares by the workers of their homes.

    A cluster that is started here does so while the tool sends by itself; what is left then its workers send. One that
    does not start leaves it at that, and one that is not there yet at the end holds up nothing but its own end.
    """
    fleet = Fleet(call, settings)

    def lanes(context: TransferContext) -> Sequence[Lane]:
        ahead, retries = settings.batches_ahead, settings.retries
        homes = [
            HomeLane(
                context,
                fleet,
                name,
                Roots(home.roots),
                spool_of(home, call.workspace),
                batches_ahead=ahead,
                retries=retries,
            )
            for name, home in settings.homes.items()
        ] or [AnywhereLane(context, fleet, batches_ahead=ahead, retries=retries)]
        return (*homes, HereLane(context))

    summary: TransferSummary | None = None
    try:
        async with anyio.create_task_group() as serving:
            if settings.scheduler is None:
                serving.start_soon(_serve_once_started, fleet, call, settings, serving.cancel_scope)
            else:
                await serving.start(_serve, fleet, call, settings)
            summary = await transfer(call, settings.upload, lanes)
            serving.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        if summary is None or not isinstance(group, ExceptionGroup):
            raise _first(group) from group
        _log.warning("All was sent by then.", exc_info=True)
    return summary or TransferSummary(stopped=True)


async def _serve_once_started(fleet: Fleet, call: Transfer, settings: DaskSettings, ending: anyio.CancelScope) -> None:
    """Have the fleet there, unless its cluster does not start: the tool sends without it."""
    try:
        await _serve(fleet, call, settings)
    except Exception as error:
        if fleet.ready.is_set() or ending.cancel_called:
            raise
        _log.warning("The cluster did not start.", exc_info=True)
        lost = error if isinstance(error, OmtError) else DASK_SCHEDULER_LOST.error()
        call.run.emit(Notice(message=joined([lost.message, sentence("The tool sends by itself.")], " ")))


async def _serve(
    fleet: Fleet, call: Transfer, settings: DaskSettings, *, task_status: TaskStatus[None] = TASK_STATUS_IGNORED
) -> None:
    """Have the fleet there until this is cancelled."""
    if any(home.spool is not None for home in settings.homes.values()):
        await anyio.Path(call.workspace, "spool").mkdir(mode=0o700, exist_ok=True)
    async with connected(settings, call.workspace / "dask") as client:
        try:
            await fleet.begin(client)
            task_status.started()
            await fleet.keep()
        finally:
            with anyio.CancelScope(shield=True):
                await fleet.end()
                fleet.tell()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the error that is meant for a person, or the first one."""
    own = group.subgroup(OmtError)
    error: BaseException = group if own is None else own
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
