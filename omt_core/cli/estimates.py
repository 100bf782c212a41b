"""What became of an estimate, in words and for a program."""

from __future__ import annotations

from omt_core.api.reporting import EstimateRecord
from omt_core.api.sentence import Sentence, sentence
from omt_core.api.text import duration, local_time


def judged(estimate: EstimateRecord) -> str:
    """Say how far off an estimate was."""
    known = {
        "moment": local_time(estimate.made),
        "shortest": duration(estimate.shortest),
        "longest": duration(estimate.longest),
    }
    if estimate.took is None or estimate.off is None:
        return sentence("Estimated on {moment}: {shortest} to {longest}.", **known)
    return sentence(
        "Estimated on {moment}: {shortest} to {longest}; it took {duration}, {judged}."
        if len(estimate.runs) == 1
        else "Estimated on {moment}: {shortest} to {longest}; it took {duration} in {runs} runs, {judged}.",
        duration=duration(estimate.took),
        runs=len(estimate.runs),
        judged=_off(estimate.off),
        **known,
    )


def _off(off: float) -> Sentence:
    if off > 1:
        return sentence("{factor:.1f} times the longest", factor=off)
    if off < 1:
        return sentence("{factor:.2f} times the shortest", factor=off)
    return sentence("within the range")


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
