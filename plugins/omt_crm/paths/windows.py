r"""Windows paths as the installation writes them, on this machine or below a folder that stands for that one."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

from omt_core.api import InstallationError, sentence
from omt_core.api.files import ordinary
from omt_crm.errors import PATH_UNUSABLE
from omt_crm.paths.names import as_opened


def map_windows_path(text: str, root: Path | None) -> Path:
    r"""Return the path to open for a path that the installation names.

    With `root`, the folder that stands for the machine, `C:\x` is `root/C/x` and `\\host\share\x` is
    `root/UNC/host/share/x`. A path of this machine's own kind is taken as it is where there is no root; so is an
    absolute POSIX path on POSIX. Dots and blanks behind a name are no part of it, as on site. Raises
    `InstallationError` `path-unusable` for anything else: one that is relative, relative to a drive, a device, or
    climbs with `..`.
    """
    if os.name == "posix" and text.startswith("/") and not text.startswith("//"):
        return Path(os.path.normpath(text))
    windows = PureWindowsPath(ordinary(text, windows=True))
    if not windows.drive or not windows.root:
        raise _unusable(text, sentence("it is not absolute"))
    if ".." in windows.parts or windows.drive.startswith(("\\\\.", "\\\\?")):
        raise _unusable(text, sentence("it climbs out of its folder or names a device"))
    names = map(as_opened, windows.parts[1:])
    if root is None:
        if os.name == "nt":
            return Path(windows.anchor, *names)
        raise _unusable(
            text, sentence("this machine is not a Windows machine, and no folder that stands for one was given")
        )
    return root.joinpath(*_drive_folders(windows), *names)


def _drive_folders(windows: PureWindowsPath) -> tuple[str, ...]:
    if windows.drive.startswith("\\\\"):
        return ("UNC", *windows.drive.strip("\\").split("\\"))
    return (windows.drive[0].upper(),)


def _unusable(text: str, why: str) -> InstallationError:
    return PATH_UNUSABLE.error(sentence("The path {text} cannot be used: {why}.", text=repr(text), why=why))
