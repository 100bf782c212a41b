"""Replacing a small file whole: readers see the old content or the new, and so does a machine that lost power."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path


def replace_content(path: Path, expected: bytes, content: bytes, temporary: Path) -> bool:
    """Put `content` in the place of `expected` and keep mode, and owner where that is allowed.

    `temporary` lies in the same folder and is ours: a leftover of a crash is overwritten. Returns False, with nothing
    changed, when the file does not hold `expected` any more. Raises OSError.
    """
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    _copy_access(path, temporary)
    if path.read_bytes() != expected:
        temporary.unlink()
        return False
    temporary.replace(path)
    _sync_folder(path.parent)
    return True


def keep_copy(content: bytes, target: Path) -> None:
    """Write a private file durably, unless it is there whole already."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sync_folder(target.parent.parent)
    if target.exists() and target.read_bytes() == content:
        return
    target.unlink(missing_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    _sync_folder(target.parent)


def _copy_access(source: Path, target: Path) -> None:
    status = source.stat()
    if hasattr(os, "chown"):
        # Only root may give a file away; without that the file belongs to whoever runs the tool.
        with contextlib.suppress(PermissionError):
            os.chown(target, status.st_uid, status.st_gid)
    shutil.copymode(source, target)


def _sync_folder(folder: Path) -> None:
    """Make the renaming itself durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
