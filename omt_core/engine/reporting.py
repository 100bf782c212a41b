"""Puts together what a report is made from, out of the journal alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from omt_core.api.findings import Finding
from omt_core.api.reporting import MigrationRecord
from omt_core.engine import pins
from omt_core.engine.measuring import kept_estimate
from omt_core.engine.workspace import RECEIPT_FILE
from omt_core.journal import Journal


async def record_of(journal: Journal, folder: Path, *, findings: Sequence[Finding] | None = None) -> MigrationRecord:
    """Return the record of a migration; `findings` are those of the run under way, else those of the last one."""
    known = await journal.pins()
    receipt = folder / RECEIPT_FILE
    return MigrationRecord(
        workspace=folder,
        licence=await pins.licence_of(journal),
        decisions=await journal.decisions(),
        runs=await journal.runs(),
        totals=await journal.totals(),
        stage_titles={stage.name: stage.title for stage in await journal.stages()},
        findings=await journal.last_findings() if findings is None else tuple(findings),
        plugins=await journal.last_plugins(),
        receipt=receipt if receipt.is_file() else None,
        frozen=pins.FROZEN in known,
        records=lambda states: journal.records(states=states),
        changes_online=json.loads(known.get(pins.CHANGES, "{}")),
        estimate=await kept_estimate(journal),
    )
