"""Whether what was read is what the folder lists: asked where a file has another size than the inventory was told.

It may have changed since. But a system that opens another file than the one that was named says nothing of it; of
itself and the folder it then tells two sizes.
"""

from __future__ import annotations

import errno
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from omt_core.api import ItemState, sentence
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

    Each folder is listed once; of files in one that cannot be listed, nothing is said. Blocks.
    """
    folders: dict[str, dict[str, str]] = defaultdict(dict)
    for path in read:
        folder, name = os.path.split(path)
        folders[folder][name] = path
    others: dict[str, Unread] = {}
    for folder, paths in folders.items():
        try:
            sizes = _sizes(folder, paths)
        except OSError:  # a folder may be one that can be gone into and not listed
            continue
        for name, path in paths.items():
            key = name if name in sizes else os.path.normcase(name)
            if key not in sizes:
                others[path] = _unread(read[path], None)
            elif sizes[key] not in {None, read[path]}:
                others[path] = _unread(read[path], sizes[key])
    return others


def _sizes(folder: str, names: Iterable[str]) -> Mapping[str, int | None]:
    """Return the sizes of those of these names that a folder lists, None where that cannot be said.

    Where case makes no difference, as on Windows, each is there as the folder spells it and in the system's own form.
    """
    wanted = set(map(os.path.normcase, names))
    sizes: dict[str, int | None] = {}
    with os.scandir(openable(folder or os.curdir)) as entries:
        for entry in entries:
            folded = os.path.normcase(entry.name)
            if folded in wanted:
                with suppress(FileNotFoundError):  # it has gone just now
                    size = _size(entry)
                    sizes.setdefault(folded, size)
                    sizes[entry.name] = size  # some folders of Windows tell case apart
    return sizes


def _size(entry: os.DirEntry[str]) -> int | None:
    try:
        return entry.stat().st_size
    except FileNotFoundError:
        raise
    except OSError:
        return None


def _unread(size: int, listed: int | None) -> Unread:
    detail = sentence("{size:,} bytes were read, and its folder lists nothing of this name.", size=size)
    if listed is not None:
        detail = sentence("{size:,} bytes were read, and its folder lists {listed:,} bytes.", size=size, listed=listed)
    # Worth another reading: it may be written to at this moment.
    return Unread(ItemState.FAILED, FILE_CHANGED.code, detail, errno.EAGAIN)
