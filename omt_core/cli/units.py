"""Sizes and times as a person reads them (W74, W77)."""

from __future__ import annotations

from typing import Final

_STEP: Final = 1024


def size(count: float) -> str:
    """Write bytes with one decimal: `39.1 KB`."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < _STEP:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= _STEP
    return f"{count:.1f} TB"


def duration(seconds: float) -> str:
    """Write seconds as `hh:mm:ss`."""
    whole = max(0, round(seconds))
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
