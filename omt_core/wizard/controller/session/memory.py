"""Remembers what was answered on the page before a workspace was known, so that a restart of the tool loses nothing."""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from omt_core.api.errors import InputError
from omt_core.api.files import write_whole
from omt_core.engine.workspace import make_private

_FILE: Final = "wizard.json"
_OF_WORKSPACE: Final = "wizard-{}.json"
_log = logging.getLogger("omt.wizard")


class Remembered(BaseModel):
    """The answers about the installation as the journal pins them, and changed sections of the settings; no secrets."""

    answers: str | None = None
    sections: dict[str, dict[str, Any]] = {}


class Memory:
    """A file in the user's own folder; what it cannot keep or read is forgotten, since a person can answer again.

    Each workspace that was named has a file of its own: it is another migration, perhaps of another company.
    """

    def __init__(self, folder: Path | None, workspace: Path | None = None) -> None:
        self._folder = folder
        self._file = _FILE if workspace is None else _OF_WORKSPACE.format(_name_of(workspace))

    def load(self) -> Remembered:
        """Return what was kept, or nothing."""
        if self._folder is None:
            return Remembered()
        try:
            return Remembered.model_validate_json((self._folder / self._file).read_bytes())
        except (OSError, ValidationError):
            return Remembered()

    def keep(self, remembered: Remembered) -> None:
        """Keep it, all at once."""
        if self._folder is None:
            return
        try:
            make_private(self._folder)
            write_whole(self._folder / self._file, remembered.model_dump_json().encode("utf-8"))
        except (OSError, InputError) as error:
            _log.warning("what was answered cannot be kept: %s", type(error).__name__)


def _name_of(workspace: Path) -> str:
    """Return a name for a folder, the same however it is spelled on Windows."""
    return hashlib.sha256(os.fsencode(os.path.normcase(workspace.absolute()))).hexdigest()[:16]
