"""Containment: what a link leads to is read only inside the folders that belong to the installation."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


class Boundary:
    """The folders that files may really lie in. Folders that do not exist contain nothing."""

    def __init__(self, folders: Iterable[Path]) -> None:
        real = {os.path.realpath(folder) for folder in folders}
        self._folders = tuple(folder.rstrip(os.sep) + os.sep for folder in sorted(real))

    def contains(self, path: str) -> bool:
        """Tell whether a path without links (`os.path.realpath`) is one of the folders or below one."""
        return (path.rstrip(os.sep) + os.sep).startswith(self._folders)
