"""Completions as tenant.sqlite knows them: asked for, failed, or done, which is when what is online is swapped."""

from __future__ import annotations

import json
import sqlite3

from omt_core.api import RecoveryChoice
from omt_protocol.protocol_error import ProtocolError
from omt_protocol.receipt import DATABASE_STAGE
from omt_tenant.importing.ports import ImportedMigration
from omt_tenant.migration.stages import read_stages
from omt_tenant.migration.state import MigrationState, read_migration
from omt_tenant.store.layout import TenantLayout
from omt_tenant.store.state_database import StateDatabase


class CompletionStore:
    """The completion of the open run. All methods block and may be called from any thread."""

    def __init__(self, layout: TenantLayout, state: StateDatabase) -> None:
        self._layout = layout
        self._state = state

    def request(self, migration: MigrationState, request: str) -> bool:
        """Ask for the completion of the open run; return whether it still has to be imported.

        Asking the same again is no error. Raises ProtocolError: `completion-running`, `run-over`, `stage-missing`,
        `snapshot-mismatch`.
        """

        def change(connection: sqlite3.Connection) -> bool:
            now = read_migration(connection)
            if now is None or now.run != migration.run:
                raise _run_over()
            if now.run_state in {"requested", "done"}:
                if now.request == request:
                    return now.run_state == "requested"
                raise _running() if now.run_state == "requested" else _run_over()
            _refuse_incomplete(connection, now)
            connection.execute("UPDATE run SET state = 'requested', request = ?, error = NULL", (request,))
            return True

        return self._state.write(change)

    def make_current(self, run: int, imported: ImportedMigration) -> None:
        """Swap what is online and end the run, all at once. Doing it again changes nothing."""

        def change(connection: sqlite3.Connection) -> None:
            migration = read_migration(connection)
            if migration is None or migration.run != run or migration.run_state != "requested":
                return
            connection.execute(
                "INSERT OR REPLACE INTO online (one, database, receipt, manifest) VALUES (1, ?, ?, ?)",
                (imported.database.name, imported.receipt.name, imported.manifest.name),
            )
            if migration.recovery is not RecoveryChoice.MISSING:
                connection.execute("DELETE FROM stages WHERE role = 'migrated'")
            connection.execute(
                "INSERT OR REPLACE INTO stages (role, stage, manifest, size, items, snapshot)"
                " SELECT 'migrated', stage, manifest, size, items, snapshot FROM stages WHERE role = 'pending'"
            )
            connection.execute("DELETE FROM stages WHERE role = 'pending'")
            connection.execute("UPDATE migration SET completed_kind = ?", (migration.kind,))
            connection.execute("UPDATE run SET state = 'done', error = NULL")

        self._state.write(change)

    def fail(self, run: int, error: ProtocolError) -> None:
        """Note why the completion failed; what is online has not changed, and the run is open again."""
        text = json.dumps(error.body()["error"])
        self._state.write(
            lambda connection: connection.execute(
                "UPDATE run SET state = 'failed', error = ? WHERE number = ? AND state = 'requested'", (text, run)
            )
        )

    def current_of(self, migration: str) -> ImportedMigration | None:
        """Return what is online if this migration brought it there. Reading it changes nothing and needs no claim."""
        with self._state.read() as connection:
            known = read_migration(connection)
        return self.current() if known is not None and known.id == migration else None

    def current(self) -> ImportedMigration | None:
        """Return what is online, or None before the first completion."""
        with self._state.read() as connection:
            row = connection.execute("SELECT database, receipt, manifest FROM online").fetchone()
        if row is None:
            return None
        database, receipt, manifest = row
        return ImportedMigration(
            database=self._layout.databases / database,
            receipt=self._layout.receipts / receipt,
            manifest=self._layout.receipts / manifest,
        )


def _refuse_incomplete(connection: sqlite3.Connection, migration: MigrationState) -> None:
    if migration.recovery is RecoveryChoice.MISSING:
        return
    stages = {stage.name: stage for stage in read_stages(connection, "pending")}
    database = stages.get(DATABASE_STAGE)
    if database is None:
        raise ProtocolError(
            409, "stage-missing", "The stage database was not committed in this run.", "Commit it, then complete."
        )
    others = sorted(name for name, stage in stages.items() if stage.snapshot != database.snapshot)
    if others:
        raise ProtocolError(
            409,
            "snapshot-mismatch",
            f"Not of the snapshot that the database is of: {', '.join(others)}.",
            "Commit these stages again, from the inventory of that snapshot.",
            fields={"details": others},
        )


def _running() -> ProtocolError:
    return ProtocolError(
        409, "completion-running", "Another completion of this run is under way.", "Wait until it is over."
    )


def _run_over() -> ProtocolError:
    return ProtocolError(
        409, "run-over", "This run of the migration is complete already, or another one began.", "Open it again."
    )
