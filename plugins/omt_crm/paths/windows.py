r"""Windows paths as the installation writes them, on this machine or below a folder that stands for that one."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

from omt_core.api import InstallationError

LONGEST_PLAIN_PATH = 259
"""Windows' MAX_PATH without the NUL at its end; a longer path is only opened with the prefix `\\\\?\\`."""

_EXTENDED = "\\\\?\\"
_EXTENDED_UNC = "\\\\?\\UNC\\"


def map_windows_path(text: str, root: Path | None) -> Path:
    r"""Return the path to open for a path that the installation names.

    With `root`, the folder that stands for the machine, `C:\x` is `root/C/x` and `\\host\share\x` is
    `root/UNC/host/share/x`. A path of this machine's own kind is taken as it is where there is no root; so is an
    absolute POSIX path on POSIX. Raises `InstallationError` `path-unusable` for anything else: one that is relative,
    relative to a drive, a device, or climbs with `..`.
    """
    if os.name == "posix" and text.startswith("/") and not text.startswith("//"):
        return Path(os.path.normpath(text))
    windows = PureWindowsPath(_without_extended_prefix(text))
    if not windows.drive or not windows.root:
        raise _unusable(text, "it is not absolute")
    if ".." in windows.parts or windows.drive.startswith(("\\\\.", "\\\\?")):
        raise _unusable(text, "it climbs out of its folder or names a device")
    if root is None:
        if os.name == "nt":
            return Path(windows)
        raise _unusable(text, "this machine is not a Windows machine, and no folder that stands for one was given")
    return root.joinpath(*_drive_folders(windows), *windows.parts[1:])


def extended(path: PureWindowsPath) -> PureWindowsPath:
    r"""Put `\\?\` in front of an absolute path that is too long for Windows' ordinary calls."""
    text = str(path)
    if len(text) <= LONGEST_PLAIN_PATH or text.startswith(_EXTENDED) or not path.is_absolute():
        return path
    return PureWindowsPath(_EXTENDED_UNC + text[2:] if text.startswith("\\\\") else _EXTENDED + text)


def openable(path: Path) -> Path:
    """Return the path as it can be opened on this machine, however long it is."""
    return Path(extended(PureWindowsPath(path.absolute()))) if os.name == "nt" else path


def _without_extended_prefix(text: str) -> str:
    if text.upper().startswith(_EXTENDED_UNC):
        return "\\\\" + text[len(_EXTENDED_UNC) :]
    return text.removeprefix(_EXTENDED)


def _drive_folders(windows: PureWindowsPath) -> tuple[str, ...]:
    if windows.drive.startswith("\\\\"):
        return ("UNC", *windows.drive.strip("\\").split("\\"))
    return (windows.drive[0].upper(),)


def _unusable(text: str, why: str) -> InstallationError:
    return InstallationError(
        "path-unusable",
        f"The path {text!r} cannot be used: {why}.",
        "Give the folder in the answers file, section [installation].",
    )
