r"""Drives of Windows: which there are, which lie on another machine, and what a mapped one stands for.

A drive that a person maps to a share belongs to one logon session. A program that was started as administrator, by
the task scheduler or by another account does not have it. Other systems have no drives: nothing is said of theirs.
"""

from __future__ import annotations

import ntpath
import os
import string
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from omt_core.api.errors import DRIVE_NOT_THERE
from omt_core.api.sentence import sentence

__all__ = [
    "ABSENT",
    "REMOTE",
    "drive_type",
    "on_share",
    "place_on_other_machine",
    "refuse_missing",
    "remembered_share",
    "roots",
]

ABSENT: Final = 1
"""DRIVE_NO_ROOT_DIR, of GetDriveTypeW: this account and session has no such drive."""
REMOTE: Final = 4
"""DRIVE_REMOTE, of GetDriveTypeW: a letter that stands for a share."""

_LONG: Final = "\\\\?\\"
_LONG_UNC: Final = "\\\\?\\UNC\\"


def roots() -> tuple[str, ...]:
    r"""Return the roots of this machine's drives (`C:\`), whether or not something can be read there."""
    letters = _drive_letters()
    return tuple(f"{letter}:\\" for number, letter in enumerate(string.ascii_uppercase) if letters >> number & 1)


def on_share(path: str, remote_path: Callable[[str], str | None]) -> str | None:
    r"""Return the path on the share behind a drive that is mapped (`Q:\a` is `\\server\share\a`), else None.

    `remote_path` gives what a drive letter is mapped to, as the value RemotePath in `HKEY_CURRENT_USER\Network\Q`
    says it.
    """
    drive, rest = ntpath.splitdrive(path)
    share = remote_path(drive[0]) if drive.endswith(":") else None
    return None if share is None else share.rstrip("\\") + rest


def place_on_other_machine(path: Path) -> str | None:
    """Return where a path is on another machine, as well as that is known; None for one on a disk of this machine."""
    if sys.platform != "win32":
        return None
    try:
        return _on_other_machine(str(path.resolve()))
    except OSError:  # a drive that is locked, or of no format that is known
        return _on_other_machine(str(path.absolute()))


def _on_other_machine(path: str) -> str | None:
    if path.upper().startswith(_LONG_UNC):
        return "\\\\" + path[len(_LONG_UNC) :]
    path = path.removeprefix(_LONG)
    drive, _ = ntpath.splitdrive(path)
    if drive.startswith("\\\\"):
        return path
    mapped = on_share(path, remembered_share)
    if drive_type(f"{drive}\\") == REMOTE:
        return mapped or path
    return None if _is_there(f"{drive}\\") else mapped


def refuse_missing(path: Path) -> None:
    """Refuse a path on a drive or share that is not there. Raises `InputError` `drive-not-there`. Blocking."""
    if sys.platform == "win32":
        _refuse_missing(str(path.absolute()))


def _refuse_missing(path: str) -> None:
    drive, _ = ntpath.splitdrive(path)
    if not drive or drive.startswith(_LONG) or _is_there(f"{drive}\\"):
        return
    share = on_share(path, remembered_share)
    if share is not None:
        raise DRIVE_NOT_THERE.error(
            sentence(
                "The drive {drive} of {path} is not there for this program. This account has mapped it to a share,"
                " and a program that was started as administrator does not see mapped drives.",
                drive=drive,
                path=path,
            ),
            remedy=sentence("Give the path on the share instead: {share}", share=share),
        )
    if drive.startswith("\\\\"):
        raise DRIVE_NOT_THERE.error(
            sentence("The share {drive} of {path} is not there.", drive=drive, path=path),
            remedy=sentence("Check its name and the network, and that the account that runs the tool may open it."),
        )
    raise DRIVE_NOT_THERE.error(sentence("The drive {drive} of {path} is not there.", drive=drive, path=path))


def _is_there(root: str) -> bool:
    return os.path.isdir(root)  # noqa: PTH112 - Path.is_dir raises for a drive that is locked or of no known format


if sys.platform == "win32":
    import ctypes
    import winreg

    def _drive_letters() -> int:
        return int(ctypes.WinDLL("kernel32").GetLogicalDrives())

    def drive_type(root: str) -> int:
        r"""Return what kind of drive a root (`C:\`) is, as GetDriveTypeW says it; 0 where there is no Windows."""
        return int(ctypes.WinDLL("kernel32").GetDriveTypeW(ctypes.c_wchar_p(root)))

    def remembered_share(letter: str) -> str | None:
        """Return the share that this account has mapped a letter to, also where this session does not see it."""
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, rf"Network\{letter}") as key:
                value, _kind = winreg.QueryValueEx(key, "RemotePath")
        except OSError:
            return None
        return value if isinstance(value, str) and value else None

else:

    def _drive_letters() -> int:
        return 0

    def drive_type(root: str) -> int:
        """Return 0: only Windows has drives."""
        del root
        return 0

    def remembered_share(letter: str) -> str | None:
        """Return None: only Windows has drives."""
        del letter
        return None
