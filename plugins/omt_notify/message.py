"""What is told: how the migration stands, on which machine. No name, address or file of the customer is in it."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from omt_core.api import byte_size

State = Literal["completed", "sent-ahead", "stopped", "failed", "not-begun", "paused", "stalled", "trial"]

_WORDS: Final[dict[State, str]] = {
    "completed": "is completed",
    "sent-ahead": "has its documents sent ahead",
    "stopped": "was stopped and can be gone on with",
    "failed": "has stopped and needs somebody",
    "not-begun": "was not begun at its planned hour and needs somebody",
    "paused": "is paused and needs somebody: a folder does not answer",
    "stalled": "has not moved for a while and needs somebody",
    "trial": "has told you nothing yet: this is a trial",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `error` is a code of the tool's own, `migration` is `live`, `test` or empty."""

    state: State
    at: datetime
    migration: str = ""
    error: str = ""
    sent_files: int = 0
    sent_bytes: int = 0
    left_behind: int = 0
    machine: str = ""

    @property
    def title(self) -> str:
        """The subject of the mail, the first line of the others."""
        kind = f"{self.migration} migration" if self.migration else "migration"
        return f"The {kind} on {self.machine} {_WORDS[self.state]}"

    @property
    def lines(self) -> tuple[str, ...]:
        """What there is to say below the title."""
        counted = self.state in {"completed", "sent-ahead", "stopped", "failed"}
        return (
            *((f"Error: {self.error}",) if self.error else ()),
            *((f"Files sent: {self.sent_files}, {byte_size(self.sent_bytes)} over the line",) if counted else ()),
            *((f"Left behind: {self.left_behind}",) if counted else ()),
            f"When: {self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        )

    @property
    def text(self) -> str:
        """All of it, for people."""
        return "\n".join((f"{self.title}.", "", *self.lines))

    def fields(self) -> dict[str, Any]:
        """Return all of it for a program."""
        return {**asdict(self), "at": self.at.isoformat(), "title": self.title}


def this_machine() -> str:
    """Return the name of this machine."""
    return platform.node() or "this machine"
