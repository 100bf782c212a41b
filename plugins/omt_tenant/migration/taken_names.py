"""User names that somebody elsewhere holds: a user name is unique over all tenants (W68)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from omt_tenant.store.state_database import StateDatabase


class TakenNames:
    """The list of names held elsewhere, compared trimmed and without regard to case."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state

    def add(self, names: Iterable[str]) -> None:
        """Add names; blank ones are left out."""
        rows = [(folded,) for folded in map(_fold, names) if folded]
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
                if connection.execute("SELECT 1 FROM taken_user_names WHERE name = ?", (_fold(name),)).fetchone()
            ]


def _fold(name: str) -> str:
    return name.strip().casefold()
