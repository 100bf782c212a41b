"""A transfer by a fleet: decided, journalled and committed here, sent from where the files are near."""

from __future__ import annotations

from collections.abc import Sequence

import anyio
from omt_core.api import OmtError
from omt_core.api.calls import Transfer, TransferSummary
from omt_upload.lanes.lane import HereLane, Lane
from omt_upload.transfer import transfer
from omt_upload.transfer_context import TransferContext

from omt_dask.settings import DaskSettings
from omt_dask.tool.cluster import connected
from omt_dask.tool.fleet import Fleet
from omt_dask.tool.homes import Roots, spool_of
from omt_dask.tool.lane import AnywhereLane, HomeLane


async def transfer_by_fleet(call: Transfer, settings: DaskSettings) -> TransferSummary:
    """Move all items of all stages, as `omt_upload.transfer` does, files on shares by the workers of their homes."""
    scratch = call.workspace / "dask"
    async with connected(settings, scratch) as client:
        fleet = Fleet(client, call, settings)

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

        summary = TransferSummary(stopped=True)
        try:
            if any(home.spool is not None for home in settings.homes.values()):
                await anyio.Path(call.workspace, "spool").mkdir(mode=0o700, exist_ok=True)
            await fleet.begin()
            async with anyio.create_task_group() as keeping:
                keeping.start_soon(fleet.keep)
                summary = await transfer(call, settings.upload, lanes)
                keeping.cancel_scope.cancel()
        except BaseExceptionGroup as group:
            raise _first(group) from group
        finally:
            with anyio.CancelScope(shield=True):
                await fleet.end()
                fleet.tell()
    return summary


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the error that is meant for a person, or the first one."""
    own = group.subgroup(OmtError)
    error: BaseException = group if own is None else own
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
