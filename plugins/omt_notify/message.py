"""What is told: how the migration stands, on which machine. No name, address or file of the customer is in it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from omt_core.api import Sentence, byte_size, calendar_day, sentence, translated

State = Literal["completed", "sent-ahead", "stopped", "failed", "not-begun", "paused", "stalled", "trial"]

_TITLES: Final[Mapping[State, Callable[[Sentence, str], Sentence]]] = {
    "completed": lambda kind, machine: sentence("The {kind} on {machine} is completed", kind=kind, machine=machine),
    "sent-ahead": lambda kind, machine: sentence(
        "The {kind} on {machine} has its documents sent ahead", kind=kind, machine=machine
    ),
    "stopped": lambda kind, machine: sentence(
        "The {kind} on {machine} was stopped and can be gone on with", kind=kind, machine=machine
    ),
    "failed": lambda kind, machine: sentence(
        "The {kind} on {machine} has stopped and needs somebody", kind=kind, machine=machine
    ),
    "not-begun": lambda kind, machine: sentence(
        "The {kind} on {machine} was not begun at its planned hour and needs somebody", kind=kind, machine=machine
    ),
    "paused": lambda kind, machine: sentence(
        "The {kind} on {machine} is paused and needs somebody: a folder does not answer", kind=kind, machine=machine
    ),
    "stalled": lambda kind, machine: sentence(
        "The {kind} on {machine} has not moved for a while and needs somebody", kind=kind, machine=machine
    ),
    "trial": lambda kind, machine: sentence(
        "The {kind} on {machine} has told you nothing yet: this is a trial", kind=kind, machine=machine
    ),
}
_KINDS: Final[Mapping[str, Sentence]] = {
    "live": sentence("live migration"),
    "test": sentence("test migration"),
    "": sentence("migration"),
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
    def title(self) -> Sentence:
        """The subject of the mail, the first line of the others."""
        return _TITLES[self.state](_KINDS[self.migration], self.machine)

    @property
    def lines(self) -> tuple[Sentence, ...]:
        """What there is to say below the title."""
        said: list[Sentence] = []
        if self.error:
            said.append(sentence("Error: {code}", code=self.error))
        if self.state in {"completed", "sent-ahead", "stopped", "failed"}:
            size = byte_size(self.sent_bytes)
            said.append(sentence("Files sent: {files:,}, {size} over the line", files=self.sent_files, size=size))
            said.append(sentence("Left behind: {files:,}", files=self.left_behind))
        moment = self.at.astimezone(UTC)
        said.append(sentence("When: {day} {time} UTC", day=calendar_day(moment), time=f"{moment:%H:%M}"))
        return tuple(said)

    def told(self, language: str) -> tuple[str, ...]:
        """Return the title and the lines for people, in their language."""
        return tuple(translated(line, language) for line in (self.title, *self.lines))

    def fields(self) -> dict[str, Any]:
        """Return all of it for a program."""
        return {**asdict(self), "at": self.at.isoformat(), "title": self.title}


def this_machine() -> str:
    """Return the name of this machine."""
    return platform.node() or sentence("this machine")
