"""Files that could not be read: whose error is true of the file, and which are only away with their folder."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import anyio.to_thread

from omt_core.api import FolderAwayError, ItemRecord, ItemState, UploadStage, folder_away, sentence
from omt_core.api.files import openable
from omt_crm.paths import lost_on_the_way
from omt_upload.files.outcome import VANISHED, Unread
from omt_upload.findings import FILE_UNREADABLE
from omt_upload.stage_transfer import StageTransfer

_UNSTEADY: Final = Unread(ItemState.FAILED, FILE_UNREADABLE.code, sentence("It comes and goes."))

_OF_THE_FILE: Final = frozenset(
    {errno.EACCES, errno.EPERM, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO}
)
"""What the system says of a file and not of the way to it. Anything else may be over in a moment."""


async def believed(work: StageTransfer, unread: Sequence[tuple[ItemRecord, Unread]]) -> list[tuple[ItemRecord, Unread]]:
    """Return those whose error holds; the others stay pending, and the stage pauses where a folder is away.

    The site is asked about files that failed only, and about each folder once.
    """
    failed = [(record, why) for record, why in unread if why.error is not None]
    if not failed:
        return list(unread)
    lost, back = await anyio.to_thread.run_sync(_ask, work.stage, failed)
    work.lost = next(iter(lost.values()), work.lost)
    held: list[tuple[ItemRecord, Unread]] = []
    for record, why in unread:
        if _folder(record) in lost and why.error is not None:
            continue
        passing = record.key in back or (why.error is not None and why.error not in VANISHED | _OF_THE_FILE)
        if passing and work.may_read_again(record):
            continue
        held.append((record, _UNSTEADY if record.key in back else why))
    return held


def _ask(
    stage: UploadStage, failed: Sequence[tuple[ItemRecord, Unread]]
) -> tuple[dict[Path, FolderAwayError], frozenset[str]]:
    """Return the folders that are away, and the keys of files that were gone and are there again."""
    asked: dict[Path, FolderAwayError | None] = {}
    for record, _ in failed:
        folder = _folder(record)
        if folder not in asked:
            asked[folder] = _away(stage, record.path or Path())
    lost = {folder: error for folder, error in asked.items() if error is not None}
    back = (
        record.key
        for record, why in failed
        if why.error in VANISHED and _folder(record) not in lost and _is_there(record)
    )
    return lost, frozenset(back)


def _away(stage: UploadStage, path: Path) -> FolderAwayError | None:
    if stage.away is not None:
        return stage.away(path)
    lost = lost_on_the_way(path)
    return None if lost is None else folder_away(lost.folder, str(lost.folder), lost.why)


def _is_there(record: ItemRecord) -> bool:
    try:
        return record.path is not None and Path(openable(record.path)).exists()
    except OSError:
        return False


def _folder(record: ItemRecord) -> Path:
    return (record.path or Path()).parent
