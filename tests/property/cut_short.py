"""A process that dies: what is in the files of a database at one moment, perhaps in the middle of a transaction."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch


def copy_files(database: Path, folder: Path) -> Path:
    """Copy a database as a process that dies now leaves it; returns where the copy is."""
    folder.mkdir(parents=True)
    for path in (database, database.with_name(f"{database.name}-wal")):
        if path.exists():
            shutil.copyfile(path, folder / path.name)
    return folder / database.name


class Cut:
    """Copies a database just before one of the statements to come, as if the process died there."""

    def __init__(self) -> None:
        self._statements = 0
        self._source = Path()
        self._folder = Path()
        self._copy: Path | None = None

    def prepare(self, statements: int, source: Path, folder: Path) -> None:
        """Cut before the statement that so many others precede."""
        self._statements, self._source, self._folder = statements + 1, source, folder

    def forget(self) -> Path | None:
        """Return where the copy is, if it came to that; cut no more."""
        copied = self._copy
        self._statements, self._copy = 0, None
        return copied

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch all connections that are opened meanwhile."""
        connect = sqlite3.connect

        def watched(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            connection = connect(*args, **kwargs)
            connection.set_trace_callback(self._statement)
            return connection

        with patch("sqlite3.connect", watched):
            yield

    def _statement(self, _: str) -> None:
        if self._statements > 0:
            self._statements -= 1
            if self._statements == 0:
                self._copy = copy_files(self._source, self._folder)
