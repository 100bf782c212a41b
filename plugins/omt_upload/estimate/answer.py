"""How long a transfer may take: counted from the inventory, timed with a probe of the line, narrowed by past runs."""

from __future__ import annotations

from dataclasses import replace

from omt_core.api import InventoryState
from omt_core.api.calls import Estimate, EstimateTransfer
from omt_upload.estimate.forecast import Counted, Forecast
from omt_upload.estimate.probe import probe_line
from omt_upload.estimate.words import grounds, levers
from omt_upload.settings import UploadSettings


async def estimate(call: EstimateTransfer, settings: UploadSettings) -> Estimate:
    """Count what the stages would move, probe the line, and say the range, its grounds, and what would change it."""
    counted = await _count(call)
    probe = await probe_line(call.migration, settings)
    forecast = Forecast(speed=probe.speed, past=call.past)
    work = replace(counted.left, database=call.database_bytes, stored=call.database_source_bytes)
    found = forecast.whole(work, call.limit)
    return Estimate(
        shortest=found.shortest,
        longest=found.longest,
        files=counted.files,
        bytes=counted.bytes + work.tables,
        files_to_send=work.files,
        bytes_to_send=work.bytes + work.tables,
        database_bytes=work.tables,
        grounds=tuple(grounds(call, counted, work, probe, forecast)),
        levers=tuple(levers(call, work, probe, forecast)),
    )


async def _count(call: EstimateTransfer) -> Counted:
    """Take the inventory; the database's stages are not run, since that would export it."""
    counted = Counted()
    for stage in call.stages:
        if stage.kind == "database":
            continue
        async for batch in stage.items():
            if call.journal is not None:
                await call.journal.items.record_inventory(
                    batch, baseline_only=call.baseline_only and not stage.takes_new
                )
            found = [item.size for item in batch if item.presence is InventoryState.FOUND]
            counted.files += len(found)
            counted.bytes += sum(found)
            recalled = [item.size for item in batch if item.recalled]
            counted.recalled_files += len(recalled)
            counted.recalled_bytes += sum(recalled)
        if call.journal is not None:
            await call.journal.items.finish_inventory(stage.name, gone=() if stage.may_be_blind else None)
            totals = (await call.journal.items.totals()).get(stage.name)
            if totals is not None:
                counted.online_files += totals.confirmed_items
                counted.online_bytes += totals.confirmed_bytes
    return counted
