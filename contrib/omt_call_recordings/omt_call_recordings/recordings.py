"""The recordings on disk: the stage that moves them, and what there is to say of them beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from omt_core.api import SUBJECTS_SHOWN, Finding, InventoryState, Item, NearReader, byte_size, sentence
from omt_folders import FolderStage, Reasons, SeenFolders, telling

from omt_call_recordings.findings import COUNTED, EMPTY, FOLDER_MISSING, OTHERS, PLUGIN, UNREADABLE
from omt_call_recordings.settings import CallRecordingsSettings

STAGE = "call-recordings"


def recordings_in(
    folder: Path,
    settings: CallRecordingsSettings,
    seen: SeenFolders,
    passed_over: Callable[[str], None] = lambda _: None,
    near: Sequence[NearReader] = (),
) -> FolderStage:
    """Return the stage of all recordings below a folder: each under its path below it, as its key and name.

    `passed_over` is told of each file that is no recording by its ending; `near` are asked for folders first.
    """

    def accepts(path: str) -> bool:
        if path.casefold().endswith(settings.endings):
            return True
        passed_over(path)
        return False

    return FolderStage(
        folder,
        stage=STAGE,
        plugin=PLUGIN,
        reasons=Reasons.all(UNREADABLE),
        absent=FOLDER_MISSING.code,
        seen=seen,
        accepts=accepts,
        near=near,
    )


@dataclass(slots=True)
class Tally:
    """Counts recordings; of those that something is wrong with it keeps as many as a finding lists."""

    smallest_bytes: int
    files: int = 0
    size: int = 0
    is_missing: bool = False
    empty: int = 0
    unreadable: int = 0
    others: int = 0
    _empty: list[str] = field(default_factory=list[str])
    _unreadable: list[str] = field(default_factory=list[str])
    _others: list[str] = field(default_factory=list[str])

    def add(self, items: Sequence[Item]) -> None:
        """Count a batch."""
        for item in items:
            if item.reason == FOLDER_MISSING.code:
                self.is_missing = True
            elif item.presence is not InventoryState.FOUND:
                self.unreadable += 1
                _keep(self._unreadable, item.name)
            else:
                self.files += 1
                self.size += item.size
                if item.size < self.smallest_bytes:
                    self.empty += 1
                    _keep(self._empty, item.name)

    def pass_over(self, name: str) -> None:
        """Count a file that is no recording by its ending."""
        self.others += 1
        _keep(self._others, telling(name))

    def findings(self, folder: Path) -> Sequence[Finding]:
        """Say what was counted."""
        if self.is_missing:
            return (folder_missing(folder),)
        message = sentence(
            "{count:,} call recordings with {size} are moved.", count=self.files, size=byte_size(self.size)
        )
        found = [COUNTED.finding(message)]
        if self.empty:
            message = sentence("{count:,} call recordings hold no sound.", count=self.empty)
            found.append(EMPTY.finding(message, tuple(self._empty)))
        if self.unreadable:
            message = sentence("{count:,} call recordings or folders of them cannot be read.", count=self.unreadable)
            found.append(UNREADABLE.finding(message, tuple(self._unreadable)))
        if self.others:
            message = sentence(
                "{count:,} files have other endings than call recordings, and are not moved.", count=self.others
            )
            found.append(OTHERS.finding(message, tuple(self._others)))
        return found


def folder_missing(folder: Path) -> Finding:
    """Say that the folder is not there."""
    message = sentence("The folder of call recordings, {folder}, does not exist or cannot be read.", folder=folder)
    return FOLDER_MISSING.finding(message, (str(folder),))


def _keep(names: list[str], name: str) -> None:
    if len(names) < SUBJECTS_SHOWN:
        names.append(name)
