"""A dry run: takes the inventory as an upload would, and says what would be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from omt_core.engine.findings import left_behind, told_anew
from omt_core.engine.session import MigrationSession
from omt_core.engine.uploading import stages_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StageForecast:
    """What a stage of files would send: files that are not confirmed online, at most so many bytes."""

    stage: str
    title: str
    files: int
    bytes: int
    missing: int


async def what_would_be_sent(session: MigrationSession) -> Sequence[StageForecast]:
    """Take the inventory into the journal, which in a dry run is a copy that is thrown away."""
    async with session.located.database.snapshot() as snapshot:
        stages = await stages_of(session, snapshot, files_only=True)
        await session.journal.items.record_stages(stages)
        for stage in stages:
            async for batch in stage.items():
                await session.journal.items.record_inventory(
                    batch, baseline_only=session.only_missing and not stage.takes_new
                )
            await session.journal.items.finish_inventory(stage.name)
    totals = await session.journal.items.totals()
    session.findings = told_anew(session.findings, await left_behind(session.journal, session.engine.host.codes))
    return [
        StageForecast(
            stage=stage.name,
            title=stage.title,
            files=total.items - total.confirmed_items - total.missing - total.failed - total.left_out,
            bytes=total.bytes - total.confirmed_bytes,
            missing=total.missing,
        )
        for stage in stages
        if (total := totals.get(stage.name)) is not None
    ]
