"""Remembers what was answered on the page before a workspace was known, so that a restart of the tool loses nothing."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from omt_core.api.errors import InputError
from omt_core.api.files import write_whole
from omt_core.engine.workspace import make_private

_FILE: Final = "wizard.json"
_log = logging.getLogger("omt.wizard")


class Remembered(BaseModel):
    """The answers about the installation as the journal pins them, and changed sections of the settings; no secrets."""

    answers: str | None = None
    sections: dict[str, dict[str, Any]] = {}


class Memory:
    """A file in the user's own folder; what it cannot keep or read is forgotten, since a person can answer again."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def load(self) -> Remembered:
        """Return what was kept, or nothing."""
        if self._folder is None:
            return Remembered()
        try:
            return Remembered.model_validate_json((self._folder / _FILE).read_bytes())
        except (OSError, ValidationError):
            return Remembered()

    def keep(self, remembered: Remembered) -> None:
        """Keep it, all at once."""
        if self._folder is None:
            return
        try:
            make_private(self._folder)
            write_whole(self._folder / _FILE, remembered.model_dump_json().encode("utf-8"))
        except (OSError, InputError) as error:
            _log.warning("what was answered cannot be kept: %s", type(error).__name__)
