"""What a migration and its plugins keep by name: the pins, the migrator's decisions, and each plugin's own notes."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Final

from pydantic import TypeAdapter
from typing_extensions import override

from omt_core.api.context import PluginNotes
from omt_core.api.decisions import Decisions
from omt_core.journal.file import JournalFile

_DECISIONS: Final = TypeAdapter(Decisions)
_DECIDED: Final = "decisions"


class Notes:
    """Pins are values of the migration itself (its serial, its snapshot, whether it is frozen)."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    async def pin(self, name: str, value: str | None) -> None:
        """Keep a value of the migration for ever, or forget it with None."""

        def keep(connection: sqlite3.Connection) -> None:
            if value is None:
                connection.execute("DELETE FROM pins WHERE name = ?", (name,))
            else:
                connection.execute("INSERT OR REPLACE INTO pins (name, value) VALUES (?, ?)", (name, value))

        await self._file.run(keep)

    async def pins(self) -> Mapping[str, str]:
        """Return all pins."""
        return await self._file.read(lambda connection: dict(connection.execute("SELECT name, value FROM pins")))

    async def save_decisions(self, decisions: Decisions) -> None:
        """Keep the migrator's decisions."""
        await self.pin(_DECIDED, _DECISIONS.dump_json(decisions).decode())

    async def decisions(self) -> Decisions:
        """Return the migrator's decisions, or those of nobody yet."""
        text = (await self.pins()).get(_DECIDED)
        return Decisions() if text is None else _DECISIONS.validate_json(text)

    def of(self, owner: str) -> PluginNotes:
        """Return the notes of one owner, a plugin or a part of the core."""
        return _OwnNotes(self._file, owner)


class _OwnNotes(PluginNotes):
    def __init__(self, file: JournalFile, owner: str) -> None:
        self._file = file
        self._owner = owner

    @override
    async def remember(self, name: str, value: str) -> None:
        kept = (self._owner, name, value)

        def keep(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO notes (owner, name, value) VALUES (?, ?, ?)", kept)

        await self._file.run(keep)

    @override
    async def recall(self, name: str) -> str | None:
        asked = (self._owner, name)

        def look(connection: sqlite3.Connection) -> str | None:
            row = connection.execute("SELECT value FROM notes WHERE owner = ? AND name = ?", asked).fetchone()
            return None if row is None else row[0]

        return await self._file.read(look)
