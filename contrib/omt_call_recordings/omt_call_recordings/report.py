"""The section of the report: how the recordings stand, by the folder that they lie in."""

from __future__ import annotations

from collections import Counter

from omt_core.api import ItemState, MigrationRecord, ReportSection

from omt_call_recordings.recordings import STAGE

FOLDERS_SHOWN = 50
ORDER = 60
"""Behind the documents."""


async def section(record: MigrationRecord) -> ReportSection | None:
    """Count the recordings by their first folder and by how far they came; None where there are none."""
    confirmed, left = Counter[str](), Counter[str]()
    async for batch in record.records(tuple(ItemState)):
        for item in batch:
            if item.stage == STAGE:
                (confirmed if item.state is ItemState.CONFIRMED else left)[_folder(item.name)] += 1
    folders = sorted(confirmed | left)
    if not folders:
        return None
    rows = [_row(folder, confirmed[folder], left[folder]) for folder in folders[:FOLDERS_SHOWN]]
    rest = folders[FOLDERS_SHOWN:]
    if rest:
        confirmed_there, left_there = (sum(counts[folder] for folder in rest) for counts in (confirmed, left))
        rows.append(_row(f"{len(rest):,} more folders", confirmed_there, left_there))
    return ReportSection(
        title="Call recordings", columns=("folder", "verified online", "left behind"), rows=tuple(rows), order=ORDER
    )


def _row(folder: str, confirmed: int, left: int) -> tuple[str, ...]:
    return folder, f"{confirmed:,}", f"{left:,}"


def _folder(name: str) -> str:
    folder, slash, _ = name.partition("/")
    return folder if slash else "."
