"""Who may open what is written: the account of this process alone, or whoever might open the file before it.

POSIX says it by a mode. Windows takes no notice of one and says it by an access list (DACL): what is private has one
that takes over nothing from the folders above it, where every user may read more often than not.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from omt_core.api.drives import place_on_other_machine
from omt_core.api.files import windows

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600


def make_private(path: Path) -> None:
    """Keep everybody but the account of this process out of a file, or of a folder.

    Whatever rights it had, given one by one or taken over from above, are gone, on Windows also those that what is in
    the folder took over from it; rights that were given to something in it by itself stay. Raises `OSError`, also
    where the share that it lies on lets nobody set rights. A volume that knows none (FAT) takes it without a word.
    """
    if sys.platform == "win32":
        windows.set_private(path)
    else:
        path.chmod(PRIVATE_FOLDER if path.is_dir() else PRIVATE_FILE)


def copy_access(source: Path, target: Path) -> None:
    """Let the same people do the same with `target` as with `source`; also its owner, where that is allowed.

    On Windows the attributes come too, the one for reading only among them; on a share that refuses it the rights are
    those that the share gives. Raises `OSError`.
    """
    if sys.platform == "win32":
        with suppress(*(() if place_on_other_machine(target) is None else (OSError,))):
            windows.copy_access(source, target)
        windows.copy_attributes(source, target)
        return
    status = source.stat()
    # Only root may give a file away; without that the file belongs to whoever runs the tool.
    with suppress(PermissionError):
        os.chown(target, status.st_uid, status.st_gid)
    shutil.copymode(source, target)


def process_sid() -> str | None:
    """Return the security identifier of the account that what is private belongs to, None where there is no Windows."""
    if sys.platform == "win32":
        return windows.process_sid()
    return None
