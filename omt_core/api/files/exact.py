r"""Paths in the form in which Windows opens exactly what they name.

In the ordinary form it takes dots and blanks off the end of each name, so that `letter.doc.`, as Samba, NFS or macOS
make it, opens `letter.doc`, another file; it takes `aux.docx` for a device, and finds nothing behind the 259th
character. Behind `\\?\` it does nothing of the kind. Elsewhere every path is exact.
"""

from __future__ import annotations

import ntpath
import os
from pathlib import Path
from typing import Final

_EXTENDED: Final = "\\\\?\\"
_EXTENDED_SHARE: Final = "\\\\?\\UNC\\"
_DEVICE: Final = "\\\\.\\"

_ON_WINDOWS: Final = os.name == "nt"


def openable(path: str | os.PathLike[str], *, windows: bool = _ON_WINDOWS) -> str:
    """Return a path as it is to be given to the system, and to nothing else.

    Not to be told, kept or compared with others: `real_path` is for that.
    """
    text = os.fspath(path)
    if not windows or text.startswith((_EXTENDED, _DEVICE)):
        return text
    if not _is_whole(text) and _ON_WINDOWS:
        text = ntpath.join(os.getcwd(), text)  # noqa: PTH109 - a Path costs more
    text = ntpath.normpath(text)  # behind the prefix neither `/` nor `..` would mean anything
    if not _is_whole(text):
        return text
    return _EXTENDED_SHARE + text[2:] if text.startswith("\\\\") else _EXTENDED + text


def real_path(path: str | os.PathLike[str], *, strict: bool = False) -> str:
    """Return where a path leads when all links are followed, in the ordinary form, to be compared with others.

    With `strict` raises OSError where something on the way is not there.
    """
    return ordinary(os.path.realpath(openable(path), strict=strict))


def is_inside(path: str | os.PathLike[str], folder: str | os.PathLike[str]) -> bool:
    """Tell whether a path is that of a folder, or of something in it, once all links are followed; both may be gone."""
    inner, outer = (Path(os.path.normcase(real_path(one))) for one in (path, folder))
    return inner.is_relative_to(outer)


def ordinary(path: str, *, windows: bool = _ON_WINDOWS) -> str:
    """Return a path of a drive or a share without what `openable` put before it."""
    if windows and path.upper().startswith(_EXTENDED_SHARE):
        return f"\\\\{path[len(_EXTENDED_SHARE) :]}"
    if windows and path.startswith(_EXTENDED) and path[5:6] == ":":
        return path.removeprefix(_EXTENDED)
    return path


def _is_whole(text: str) -> bool:
    """Tell whether a path says all, drive or share and all folders, which one that begins at the drive's root does."""
    drive, rest = ntpath.splitdrive(text)
    return bool(drive) and (drive.startswith(("\\\\", "//")) or rest.startswith(("\\", "/")))
