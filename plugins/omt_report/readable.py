"""Text and figures in the form a person reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

_UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")


def encodable(text: str | Path) -> str:
    r"""Return text that UTF-8 can hold: a lone surrogate, from a name that is no text, is written out as `\udc80`."""
    return str(text).encode("utf-8", "backslashreplace").decode("utf-8")


def sized(size: float) -> str:
    """Return a size with one decimal, in steps of 1024 (W74)."""
    step = 0
    while size >= 1024 and step < len(_UNITS) - 1:  # noqa: PLR2004 - bytes in a kilobyte
        size, step = size / 1024, step + 1
    return f"{size:,.0f} {'byte' if size == 1 else _UNITS[0]}" if step == 0 else f"{size:,.1f} {_UNITS[step]}"


def counted(number: int, one: str, many: str) -> str:
    """Return a number with the word for it."""
    return f"{number:,} {one if number == 1 else many}"


def moment(time: datetime | None) -> str:
    """Return a time in UTC to the minute."""
    return "" if time is None else f"{time:%Y-%m-%d %H:%M} UTC"


def lasted(began: datetime, ended: datetime | None) -> str:
    """Return how long something took, or that it was cut short."""
    if ended is None:
        return "cut short"
    return period((ended - began) / timedelta(seconds=1))


def period(length: float) -> str:
    """Return a number of seconds."""
    seconds = max(0, round(length))
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"
