"""A stage that moves a folder, whole and right: what the faults of `test_stage_conformance.py` are put into."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from anyio import to_thread

from omt_core.api import (
    Baseline,
    Differences,
    FindingCode,
    FolderAwayError,
    InventoryState,
    Item,
    Severity,
    UploadStage,
    folder_away,
    leads_out,
)

BATCH = 2_000
UNREADABLE = FindingCode(
    code="recording-unreadable",
    severity=Severity.WARNING,
    plugin="recordings",
    meaning="A recording cannot be read.",
    remedy="Mend the rights, and recover missing files.",
)


def folder_stage(folder: Path) -> UploadStage:
    """Make the stage `recordings`: every file below the folder, with its relative path as key and as name."""
    return UploadStage(
        name="recordings",
        title="Call recordings",
        order=70,
        plugin="recordings",
        items=partial(_items, folder),
        takes_new=True,
        differences=partial(_differences, folder),
        away=partial(_away, folder),
        root=folder,
    )


async def _items(folder: Path) -> AsyncIterator[Sequence[Item]]:
    items = _walk(folder)
    while batch := await to_thread.run_sync(lambda: list(islice(items, BATCH))):
        yield batch


async def _differences(folder: Path, baseline: Baseline) -> Differences | None:
    return await to_thread.run_sync(_compare, folder, baseline)


def _compare(folder: Path, baseline: Baseline) -> Differences:
    with baseline.confirmed() as confirmed:
        known = {file.key: (file.size, file.mtime_ns) for file in confirmed}
    items = list(_walk(folder))
    gone = known.keys() - {item.key for item in items}
    return Differences([item for item in items if known.get(item.key) != (item.size, item.mtime_ns)], sorted(gone))


def _walk(folder: Path) -> Iterator[Item]:
    if (away := _away(folder, folder)) is not None:
        raise away
    refused: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=refused.append):
        folders.sort()
        names.extend(name for name in folders if Path(parent, name).is_symlink())
        for name in sorted(names):
            yield _item(folder, Path(parent, name))
    for error in refused:
        yield _left(Path(error.filename).relative_to(folder).as_posix(), str(error))


def _item(folder: Path, path: Path) -> Item:
    key = path.relative_to(folder).as_posix()
    try:
        status = path.stat()
    except OSError as error:
        return _left(key, str(error))
    if path.is_dir():
        return _left(key, "It is a link to a folder.")
    if leads_out(key):
        return _left(key, "Its name leads out of the folder on Windows.")
    return Item(stage="recordings", key=key, name=key, path=path, size=status.st_size, mtime_ns=status.st_mtime_ns)


def _left(key: str, detail: str) -> Item:
    return Item(
        stage="recordings",
        key=key,
        name=key,
        presence=InventoryState.UNREADABLE,
        reason=UNREADABLE.code,
        detail=detail,
    )


def _away(folder: Path, path: Path) -> FolderAwayError | None:
    del path
    return None if folder.is_dir() else folder_away(folder, str(folder), "it is not there")
