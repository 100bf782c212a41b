"""Opening a migration: whose it is, what may be chosen, and who may work on it (docs/reference/protocol.md)."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Callable

from omt_core.api import MigrationKind, RecoveryChoice
from omt_protocol.protocol_error import ProtocolError
from omt_protocol.recovery_choice import refuse_choice, refuse_other_identity
from omt_tenant.migration.state import MigrationState, read_migration
from omt_tenant.store.state_database import StateDatabase


class Claims:
    """Opens the tenant's migration and guards it by claims. All methods block; any thread may call them."""

    def __init__(self, state: StateDatabase, *, claim_seconds: float, clock: Callable[[], float]) -> None:
        self._state = state
        self._claim_seconds = claim_seconds
        self._clock = clock
        # After a restart the claim that was valid before gets its whole time again.
        self._used = clock()

    def status(self) -> MigrationState | None:
        """Return the migration as it stands."""
        with self._state.read() as connection:
            return read_migration(connection)

    def open(
        self, *, owner: str, serial: str, kind: MigrationKind, recovery: RecoveryChoice | None, client: str
    ) -> tuple[str, str]:
        """Open or resume the migration for a client; return its id and the new claim.

        Raises ProtocolError: `migration-accepted`, `identity-changed`, `migration-claimed`, `choice-not-possible`,
        `completion-running`.
        """
        claim = secrets.token_urlsafe(24)

        def change(connection: sqlite3.Connection) -> str:
            migration = read_migration(connection)
            if migration is None:
                refuse_choice(None, kind, recovery)
                return _create(connection, (owner, serial), kind, client, claim)
            _refuse_accepted(migration)
            refuse_other_identity((migration.owner, migration.serial), (owner, serial))
            self._refuse_other_client(migration, client)
            if not _resumes(migration, kind, recovery):
                _begin_run(connection, migration, kind, recovery)
            connection.execute("UPDATE migration SET client = ?, claim = ?", (client, claim_digest(claim)))
            return migration.id

        identifier = self._state.write(change)
        self._used = self._clock()
        return identifier, claim

    def enter(self, migration_id: str | None, claim: bytes | None) -> MigrationState:
        """Check a claim, by its sha256, and note that it is used; None stands for whichever migration the tenant has.

        Raises ProtocolError: `migration-unknown`, `migration-accepted`, `migration-claimed`.
        """
        migration = self.status()
        if migration is None or migration_id not in {None, migration.id}:
            raise ProtocolError(
                404, "migration-unknown", "This tenant has no such migration.", "Open it at POST /v1/migrations."
            )
        _refuse_accepted(migration)
        if claim is None or migration.claim is None or not secrets.compare_digest(claim, migration.claim):
            raise ProtocolError(
                409,
                "migration-claimed",
                "The claim on the migration is not, or no longer, valid.",
                "Make sure that one tool at a time works on this tenant, and open the migration again.",
            )
        self._used = self._clock()
        return migration

    def release(self, migration: MigrationState) -> None:
        """Give the claim back; the migration stays."""
        self._state.write(
            lambda connection: connection.execute(
                "UPDATE migration SET claim = NULL, client = NULL WHERE claim = ?", (migration.claim,)
            )
        )

    def _refuse_other_client(self, migration: MigrationState, client: str) -> None:
        rest = self._claim_seconds - (self._clock() - self._used)
        if migration.claim is not None and migration.client != client and rest > 0:
            raise ProtocolError(
                409,
                "migration-claimed",
                "Another tool, or another machine, is working on this tenant's migration.",
                f"End that one, or wait: its claim lapses {self._claim_seconds:.0f} seconds after its last call.",
                headers={"Retry-After": str(int(rest) + 1)},
            )


def _resumes(migration: MigrationState, kind: MigrationKind, recovery: RecoveryChoice | None) -> bool:
    """Tell whether this is the unfinished run once more; refuse what the state of the migration does not allow."""
    same = (migration.kind, migration.recovery) == (kind, recovery)
    if migration.run_state == "requested":
        if same:
            return True
        raise ProtocolError(
            409,
            "completion-running",
            "The tenant is importing what was committed; nothing else can begin before that is over.",
            "Wait for the completion, then open the migration again.",
        )
    refuse_choice(migration.completed_kind, kind, recovery)
    return same and migration.run_state != "done"


def _create(
    connection: sqlite3.Connection, licence: tuple[str, str], kind: MigrationKind, client: str, claim: str
) -> str:
    identifier = secrets.token_hex(8)
    connection.execute(
        "INSERT INTO migration (one, id, owner, serial, client, claim) VALUES (1, ?, ?, ?, ?, ?)",
        (identifier, *licence, client, claim_digest(claim)),
    )
    connection.execute("INSERT INTO run (one, number, kind, state) VALUES (1, 1, ?, 'open')", (kind,))
    return identifier


def _begin_run(
    connection: sqlite3.Connection, migration: MigrationState, kind: MigrationKind, recovery: RecoveryChoice | None
) -> None:
    # What an abandoned run committed belongs to its own snapshot and kind. Contents stay: none is sent twice.
    connection.execute("DELETE FROM stages WHERE role = 'pending'")
    connection.execute(
        "UPDATE run SET number = ?, kind = ?, recovery = ?, state = 'open', request = NULL, error = NULL",
        (migration.run + 1, kind, recovery),
    )


def _refuse_accepted(migration: MigrationState) -> None:
    if migration.accepted:
        raise ProtocolError(
            409,
            "migration-accepted",
            "The live migration of this tenant was accepted; nothing can be migrated to it any more (W37, W90).",
            "Ask whoever runs the tenant if this is not what was meant.",
        )


def claim_digest(claim: str) -> bytes:
    """Return what a claim is known by: it is kept nowhere itself."""
    return hashlib.sha256(claim.encode("utf-8", "surrogatepass")).digest()
