"""What a transfer may have to say about single files.

The codes of files that are left behind are the reasons of their items; the core makes findings of those from the
journal, so that they are told in every run as long as they are true.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from omt_core.api import SUBJECTS_SHOWN, Finding, FindingCode, Sentence, Severity, joined, plural

PLUGIN: Final = "upload"

FILE_VANISHED: Final = FindingCode(
    code="file-vanished",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The inventory saw the file, but it was gone when it was to be read.",
    remedy="Put the file back and run the tool again: it uploads what is missing.",
)
FILE_CHANGED: Final = FindingCode(
    code="file-changed-while-read",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The file was written to each time that it was read, or what was read under its name has another size than"
    " its folder lists, so no consistent content could be uploaded.",
    remedy="Have the program closed that writes to the file, and run the tool again.",
)
FILE_UNREADABLE: Final = FindingCode(
    code="file-read-failed",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The file is there, but this account may not read it, or the disk fails.",
    remedy="Give this account the right to read the file, or restore it from a backup, and run the tool again.",
)
FILE_IS_FOLDER: Final = FindingCode(
    code="file-is-folder",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A folder stands where the plugin that brings the stage named a file, so there is nothing to upload.",
    remedy="If something was put there by mistake, mend it and run the tool again; else tell the plugin's author.",
)
CONTENT_REFUSED: Final = FindingCode(
    code="content-refused",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The online side got other bytes than were announced, again and again; the file is not confirmed online.",
    remedy="Check this machine's memory and network, and run the tool again.",
)
FILE_BLOCKED: Final = FindingCode(
    code="file-blocked-on-the-way",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="Something on the way to the online side, a virus scanner or a filter, does not let the file through. All "
    "other files were sent.",
    remedy="Look at the file. If it is harmless, have uploads to the online side let through, else remove it from the "
    "site; then run the tool again, which tries it again.",
)
NEWER_DOCUMENT: Final = FindingCode(
    code="document-newer-than-migration",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="The file belongs to something that was made on site after the database was migrated; online nothing "
    "refers to it, so it is not sent.",
    remedy="Add it by hand online if it is needed, or run a complete migration again.",
)
GONE_ON_SITE: Final = FindingCode(
    code="item-no-longer-on-site",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="An earlier run knew the file; neither the database nor the disk does any more.",
    remedy="Nothing, if it was deleted on purpose.",
)

KEPT_ONLINE: Final = FindingCode(
    code="item-kept-online",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="An earlier run sent the file, and it is no longer on site. The database still refers to it, so it stays "
    "online as it was sent.",
    remedy="Nothing, if the content of then is what is wanted. Else put the file back to where it was and run the tool "
    "again; what must not be online, delete there.",
)

ALL_CODES: Final = (
    FILE_VANISHED,
    FILE_CHANGED,
    FILE_UNREADABLE,
    FILE_IS_FOLDER,
    CONTENT_REFUSED,
    FILE_BLOCKED,
    NEWER_DOCUMENT,
    GONE_ON_SITE,
    KEPT_ONLINE,
)


class FileFindings:
    """Counts and samples; memory stays flat whatever the number of files."""

    def __init__(self) -> None:
        self._counts: dict[FindingCode, int] = {}
        self._subjects: dict[FindingCode, list[str]] = {}

    def add(self, code: FindingCode, subjects: Iterable[str], *, count: int = 0) -> None:
        """Note that this was found of these files; of `count` ones where these are only the first."""
        shown = self._subjects.setdefault(code, [])
        before = self._counts.get(code, 0)
        for subject in subjects:
            self._counts[code] = self._counts.get(code, 0) + 1
            if len(shown) < SUBJECTS_SHOWN:
                shown.append(subject)
        if count:
            self._counts[code] = max(self._counts.get(code, 0), before + count)

    def include(self, other: FileFindings) -> None:
        """Add what another one has gathered."""
        for code, count in other._counts.items():
            self.add(code, other._subjects[code], count=count)

    def findings(self) -> tuple[Finding, ...]:
        """Return one finding per code that has a file."""
        return tuple(
            code.finding(joined([_files(count), code.meaning], ": "), tuple(self._subjects[code]))
            for code, count in sorted(self._counts.items(), key=lambda counted: counted[0].code)
        )


def _files(count: int) -> Sentence:
    return plural(count, "One file", "{number:,} files")
