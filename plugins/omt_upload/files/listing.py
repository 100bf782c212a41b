"""Whether what was read is what the folder lists: asked where a file has another size than the inventory was told.

It may have changed since. But a system that opens another file than the one that was named says nothing of it; of
itself and the folder it then tells two sizes.
"""

from __future__ import annotations

import errno
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from omt_core.api import ItemState
from omt_core.api.files import openable
from omt_upload.files.outcome import Reading, TooLarge, Unread
from omt_upload.findings import FILE_CHANGED


def held_against_listing(
    files: Sequence[tuple[str, int]], results: Sequence[Reading | Unread | TooLarge]
) -> Sequence[Reading | Unread | TooLarge]:
    """Return what reading files (path, size in the inventory) came to, without those that are listed otherwise now."""
    read = {
        path: result.size
        for (path, size), result in zip(files, results, strict=True)
        if isinstance(result, Reading) and result.size != size
    }
    others = listed_otherwise(read) if read else {}
    return [others.get(path, result) for (path, _), result in zip(files, results, strict=True)]


def listed_otherwise(read: Mapping[str, int]) -> Mapping[str, Unread]:
    """Return of files, each with the size that was read, those that their folder lists with another or not at all.

    Each folder is listed once. Blocks.
    """
    folders: dict[str, set[str]] = defaultdict(set)
    for path in read:
        folder, name = os.path.split(path)
        folders[folder].add(name)
    listed = {
        os.path.join(folder, name): size  # noqa: PTH118 - to be compared as text
        for folder, names in folders.items()
        for name, size in _sizes(folder, names)
    }
    return {path: _unread(size, listed.get(path)) for path, size in read.items() if listed.get(path) != size}


def _sizes(folder: str, names: set[str]) -> Iterable[tuple[str, int]]:
    try:
        with os.scandir(openable(folder or os.curdir)) as entries:
            for entry in entries:
                if entry.name in names:
                    yield entry.name, entry.stat().st_size
    except OSError:
        return  # whoever reads the file again learns why


def _unread(size: int, listed: int | None) -> Unread:
    told = "nothing of this name" if listed is None else f"{listed:,} bytes"
    # Worth another reading: it may be written to at this moment.
    detail = f"{size:,} bytes were read, and its folder lists {told}."
    return Unread(ItemState.FAILED, FILE_CHANGED.code, detail, errno.EAGAIN)
