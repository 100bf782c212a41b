"""Findings about files outside this migration, gathered by code: a thousand files are one finding, not a thousand."""

from __future__ import annotations

from collections.abc import Iterable

from omt_core.api import SUBJECTS_SHOWN, Finding, FindingCode


class NotMoved:
    """Counts and samples; memory stays flat whatever the number of files."""

    def __init__(self) -> None:
        self._counts: dict[FindingCode, int] = {}
        self._subjects: dict[FindingCode, list[str]] = {}

    def add(self, code: FindingCode, subjects: Iterable[str]) -> None:
        """Note that this was found of these files."""
        shown = self._subjects.setdefault(code, [])
        for subject in subjects:
            self._counts[code] = self._counts.get(code, 0) + 1
            if len(shown) < SUBJECTS_SHOWN:
                shown.append(subject)

    def include(self, other: NotMoved) -> None:
        """Add what another one has gathered."""
        for code, count in other._counts.items():
            self.add(code, other._subjects[code])
            self._counts[code] += count - len(other._subjects[code])

    def findings(self) -> tuple[Finding, ...]:
        """Return one finding per code that has a file."""
        return tuple(
            code.finding(f"{_files(count)}: {code.meaning}", tuple(self._subjects[code]))
            for code, count in sorted(self._counts.items(), key=lambda counted: counted[0].code)
        )


def _files(count: int) -> str:
    return "One file" if count == 1 else f"{count} files"
