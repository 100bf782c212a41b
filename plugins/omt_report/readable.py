"""Text and figures in the form a person reads."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from omt_core.api import changed, duration, local_time, sentence


def encodable(text: str | Path) -> str:
    r"""Return text that UTF-8 can hold: a lone surrogate, from a name that is no text, is written out as `\udc80`."""
    return changed(str(text), lambda part: part.encode("utf-8", "backslashreplace").decode("utf-8"))


def moment(time: datetime | None) -> str:
    """Return a time to the minute, by the clock of the machine that writes the report, with its zone."""
    return "" if time is None else local_time(time)


def lasted(seconds: float | None) -> str:
    """Return how long something took, or that it was cut short."""
    return sentence("cut short") if seconds is None else duration(seconds)
