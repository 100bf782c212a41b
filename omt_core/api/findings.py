"""Findings: what a rule has to say about the installation, and the catalogue of their codes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from omt_core.api.errors import ErrorCode, OmtError
from omt_core.api.sentence import sentence
from omt_core.api.text import one_line

E = TypeVar("E", bound=OmtError)
WAIVER_PREFIX: Final = "plugin:"
"""Before a plugin's name: the subject of a finding about that plugin, and the waiver that takes it away."""
FOLDER_PREFIX: Final = "folder:"
"""Before a folder as people on site call it: the subject of a finding that is waived for this folder alone."""
SUBJECTS_SHOWN = 1_000
"""How many subjects one finding lists; a rule that has more says the total in its message."""


class Severity(StrEnum):
    """How much a finding matters: an error stops a migration before anything is changed, unless it is waived."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a person should know. `subjects` are ids, logins or paths, sorted, at most `SUBJECTS_SHOWN`.

    The message is one line whatever names went into it; subjects are as they are, and escaped where they are shown.
    """

    code: str
    severity: Severity
    plugin: str
    subjects: tuple[str, ...]
    message: str
    remedy: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", one_line(self.message))

    def waived_by(self, waivers: Collection[str]) -> bool:
        """Tell whether one of these waivers is about this.

        They name its code, or by `plugin:NAME` the plugin that found it or that it is about; one about folders
        (`FOLDER_PREFIX`) is waived only by the name of each, so that nobody lets the next one stand unseen. Whether its
        code can be waived at all is for the catalogue to say (`FindingCode`).
        """
        folders = self._folders
        if folders:
            return all(one in waivers for one in folders)
        return (
            self.code in waivers
            or f"{WAIVER_PREFIX}{self.plugin}" in waivers
            or any(subject in waivers for subject in self.subjects if subject.startswith(WAIVER_PREFIX))
        )

    @property
    def waivers(self) -> tuple[str, ...]:
        """What waivers name that take this away: its code, or each of the folders that it is about."""
        return self._folders or (self.code,)

    @property
    def _folders(self) -> tuple[str, ...]:
        return tuple(subject for subject in self.subjects if subject.startswith(FOLDER_PREFIX))


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCode:
    """An entry of the catalogue: a stable code, in words joined by hyphens, and what it stands for.

    `meaning` says what was found and why it matters, `remedy` what to do. `docs/reference/findings/CODE.md` is made
    from these, so they are written for the migrator. `waivable` is False where the online side refuses it in any case.
    `of_folders`: its subjects are folders behind `FOLDER_PREFIX`, and it is waived by these, never by its code.
    """

    code: str
    severity: Severity
    plugin: str
    meaning: str
    remedy: str
    waivable: bool = True
    of_folders: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "meaning", sentence(self.meaning))
        object.__setattr__(self, "remedy", sentence(self.remedy))

    def error_code(self, kind: type[E]) -> ErrorCode[E]:
        """Make the code of errors that say what this says, where a command ends by it."""
        return ErrorCode(code=self.code, kind=kind, meaning=self.meaning, remedy=self.remedy)

    def finding(self, message: str, subjects: tuple[str, ...] = (), *, severity: Severity | None = None) -> Finding:
        """Say that this was found: `message` is the sentence about this case, `subjects` whom or what it is about.

        By `sentence("...")` the message can be said in other languages too; plain text stays as it is.
        """
        return Finding(
            code=self.code,
            severity=severity or self.severity,
            plugin=self.plugin,
            subjects=tuple(sorted(subjects))[:SUBJECTS_SHOWN],
            message=message,
            remedy=self.remedy,
        )
