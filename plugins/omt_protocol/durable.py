"""Writing so that it survives a power loss: data first, then the name, then the folder."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Windows has no such call: NTFS journals names by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a private folder, and what is missing above it, if it is not there; durable on return."""
    if not folder.is_dir():
        if not folder.parent.is_dir():
            make_folder(folder.parent)
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    # Also where it is there: whoever made it may have been killed before this.
    with suppress(PermissionError):  # a folder that may not be read cannot be made durable
        sync_folder(folder.parent)


def move_into_place(source: Path, target: Path) -> None:
    """Give a file, whose data is durable already, its final name; durable on return."""
    if not target.parent.is_dir():
        make_folder(target.parent)
    source.replace(target)
    sync_folder(target.parent)


def make_sure(path: Path) -> None:
    """Make a file durable that a process left which was killed, with its name: perhaps only the kernel knows of it."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    make_folder(path.parent)
    sync_folder(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Write a small private file, whole or not at all; durable on return."""
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)
