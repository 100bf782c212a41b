"""A process that looks at folders for this one: asking for the status of a million files takes a core all its time."""

from __future__ import annotations

from collections.abc import Sequence

from omt_core.api.plain import FolderLook, HelperProcess, serve_questions
from omt_folders.look import look_at


class Looker(HelperProcess):
    """Used by one thread at a time. All methods block."""

    def __init__(self) -> None:
        """Start the process. Raises OSError where the system lets none be started."""
        super().__init__(serve)

    def look(self, folders: Sequence[tuple[str, Sequence[str]]]) -> list[FolderLook | None]:
        """Have folders looked at, each as `look_at` does. Raises EOFError or OSError when the process is gone."""
        return [None if look is None else FolderLook(*look) for look in self.ask(list(folders))]


def serve() -> None:
    """Look for the process that started this one, until that is gone."""
    serve_questions(_looks)


def _looks(folders: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[object, ...] | None]:
    looks = (look_at(folder, frozenset(others)) for folder, others in folders)
    return [None if look is None else tuple(look) for look in looks]
