"""Which machine sent what: kept in the workspace, and a table of the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

import anyio.to_thread
from omt_core.api import ReportSection, byte_size
from omt_core.api.files import write_whole
from pydantic import TypeAdapter, ValidationError

from omt_dask.tool.fleet import MachineCount

FILE: Final = "machines.json"
ORDER: Final = 70
_COUNTS: Final = TypeAdapter(dict[str, MachineCount])


async def keep_machines(workspace: Path, machines: Mapping[str, MachineCount]) -> None:
    """Add what the machines of a run have sent to what those of earlier runs had."""

    def add() -> None:
        kept = read_machines(workspace)
        for name, count in machines.items():
            before = kept.get(name, MachineCount())
            kept[name] = MachineCount(
                **{field: value + getattr(before, field) for field, value in asdict(count).items()}
            )
        write_whole(workspace / FILE, _COUNTS.dump_json(kept))

    await anyio.to_thread.run_sync(add)


def read_machines(workspace: Path) -> dict[str, MachineCount]:
    """Return what each machine has sent so far; nothing where it was never kept, or cannot be read. Blocks."""
    try:
        return _COUNTS.validate_json((workspace / FILE).read_bytes())
    except (OSError, ValidationError):
        return {}


def section(machines: Mapping[str, MachineCount]) -> ReportSection:
    """Make the table of the report."""
    rows = tuple(
        (name, f"{count.files:,}", byte_size(count.sent), f"{count.batches:,}", f"{count.seconds:,.0f} s")
        for name, count in sorted(machines.items())
    )
    columns = ("machine", "files", "sent", "batches", "time of its batches")
    return ReportSection(title="Machines that sent", columns=columns, rows=rows, order=ORDER)
