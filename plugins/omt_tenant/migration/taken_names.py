"""User names that somebody elsewhere holds: a user name is unique over all tenants (W68)."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence

from omt_crm.user_names import canonical_user_name
from omt_tenant.store.state_database import StateDatabase


class TakenNames:
    """The list of names held elsewhere, compared as the tool compares user names."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state
        self._renew()

    def add(self, names: Iterable[str]) -> None:
        """Add names; blank ones are left out."""
        rows = [(folded,) for folded in map(canonical_user_name, names) if folded]
        if rows:
            self._state.write(
                lambda connection: connection.executemany("INSERT OR IGNORE INTO taken_user_names VALUES (?)", rows)
            )

    def among(self, names: Sequence[str]) -> Collection[str]:
        """Return those of the names that are taken, as they were given and in their order."""
        with self._state.read() as connection:
            return [
                name
                for name in names
                if connection.execute(
                    "SELECT 1 FROM taken_user_names WHERE name = ?", (canonical_user_name(name),)
                ).fetchone()
            ]

    def _renew(self) -> None:
        """Compare names that an earlier version kept, folded in another way, as names are compared now."""
        with self._state.read() as connection:
            kept = [name for (name,) in connection.execute("SELECT name FROM taken_user_names")]
        if former := [(name,) for name in kept if canonical_user_name(name) != name]:

            def change(connection: sqlite3.Connection) -> None:
                connection.executemany("DELETE FROM taken_user_names WHERE name = ?", former)
                renewed = [(canonical_user_name(name),) for (name,) in former]
                connection.executemany("INSERT OR IGNORE INTO taken_user_names VALUES (?)", renewed)

            self._state.write(change)
