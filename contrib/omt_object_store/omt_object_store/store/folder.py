"""What a plain folder cannot do by itself that a store on the network can: last, and be written on a condition."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from filelock import FileLock
from omt_core.api import files

_STAGED = re.compile(r".+#\d+")
"""How obstore calls a file that it has not finished writing."""


class StoreFolder:
    """The folder of a `file://` store. All methods block."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def make_durable(self, path: str) -> None:
        """Have a file that was put, and the names that lead to it, survive a power loss."""
        file = self._root / path
        _sync(file)
        for folder in file.parents:
            with suppress(PermissionError):
                files.sync_folder(folder)
            if folder == self._root:
                break

    def swap(self, path: str, content: bytes, expected: str | None) -> str | None:
        """Replace a file whose version is `expected` (None: that is not there); returns the new one, or None.

        The lock lasts for the swap only, so that a tool that was killed keeps nobody out.
        """
        file = self._root / path
        with FileLock(file.with_name(f"{file.name}.lock")):
            if self.version(path) != expected:
                return None
            # Not private as what `files` writes: others may read a store.
            fresh = file.with_name(f"{file.name}.{secrets.token_hex(4)}.new")
            with fresh.open("xb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            files.move_into_place(fresh, file)
        return hashlib.sha256(content).hexdigest()

    def version(self, path: str) -> str | None:
        """Return what tells this content of a file from another, or None when it is not there."""
        try:
            return hashlib.sha256((self._root / path).read_bytes()).hexdigest()
        except FileNotFoundError:
            return None

    def remove_unfinished(self, prefix: str) -> None:
        """Remove what a killed tool had begun to write below a prefix; nobody else may be writing there."""
        for folder, _, names in os.walk(self._root / prefix):
            for name in names:
                if _STAGED.fullmatch(name):
                    files.remove(Path(folder) / name)


def _sync(file: Path) -> None:
    # Windows makes durable only what was opened for writing.
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
