"""What became of an estimate, in words and for a program."""

from __future__ import annotations

from omt_core.api.reporting import EstimateRecord
from omt_core.api.text import duration, local_time


def judged(estimate: EstimateRecord) -> str:
    """Say how far off an estimate was."""
    said = f"Estimated on {local_time(estimate.made)}: {duration(estimate.shortest)} to "
    said += f"{duration(estimate.longest)}"
    if estimate.took is None or estimate.off is None:
        return f"{said}."
    runs = "" if len(estimate.runs) == 1 else f" in {len(estimate.runs)} runs"
    if estimate.off > 1:
        off = f"{estimate.off:.1f} times the longest"
    elif estimate.off < 1:
        off = f"{estimate.off:.2f} times the shortest"
    else:
        off = "within the range"
    return f"{said}; it took {duration(estimate.took)}{runs}, {off}."


def estimate_fields(estimate: EstimateRecord) -> dict[str, object]:
    """Return an estimate as it stands in JSON."""
    return {
        "made": estimate.made.isoformat(),
        "shortest_seconds": estimate.shortest,
        "longest_seconds": estimate.longest,
        "files_to_send": estimate.files,
        "bytes_to_send": estimate.bytes,
        "took_seconds": estimate.took,
        "runs": list(estimate.runs),
        "off": estimate.off,
    }
