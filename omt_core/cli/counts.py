"""The one way in which commands say what was left behind."""

from __future__ import annotations

from typing import Protocol


class LeftBehind(Protocol):
    """What is not online, and why: a stage, a whole run, or the forecast of one."""

    @property
    def missing(self) -> int:
        """Files that are not where the database says."""
        ...

    @property
    def failed(self) -> int:
        """Files that could not be read, or not be confirmed online."""
        ...

    @property
    def left_out(self) -> int:
        """Files that a rule leaves on site."""
        ...

    @property
    def left_behind(self) -> int:
        """All of them."""
        ...


def left_behind(of: LeftBehind) -> str:
    """Say how many files stay on site, with the reasons where there are any: `left behind: 3 (2 missing, 1 failed)`."""
    reasons = {"missing": of.missing, "failed": of.failed, "left out": of.left_out}
    told = ", ".join(f"{count} {reason}" for reason, count in reasons.items() if count)
    return f"left behind: {of.left_behind}" + (f" ({told})" if told else "")
