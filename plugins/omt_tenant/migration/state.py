"""What the tenant knows of its migration, read from tenant.sqlite."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from omt_core.api import MigrationKind, RecoveryChoice, TenantState

RunState = Literal["open", "requested", "failed", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationState:
    """The one migration that a tenant takes. `completed_kind` is the kind of what is online, None before that.

    `run`, `kind` and `recovery` are those of the run that was opened last; `run_state` says how far that is:
    `requested` means that its completion was asked for and is not over.
    """

    id: str
    owner: str
    serial: str
    completed_kind: MigrationKind | None
    accepted: bool
    client: str | None
    claim: bytes | None
    run: int
    kind: MigrationKind
    recovery: RecoveryChoice | None
    run_state: RunState
    request: str | None
    error: str | None

    @property
    def shown_kind(self) -> MigrationKind:
        """Return the kind to tell: of what is online, or else of what is being made."""
        return self.completed_kind or self.kind

    @property
    def tenant_state(self) -> TenantState:
        """Return the tenant's documented state (crm.md section 10, W97-W99)."""
        if self.completed_kind is None:
            return TenantState.MIGRATION_PENDING
        return TenantState.RUNNING if self.completed_kind is MigrationKind.LIVE else TenantState.OFFLINE_MAINTENANCE


def read_migration(connection: sqlite3.Connection) -> MigrationState | None:
    """Return the tenant's migration, or None before the first was opened."""
    row = connection.execute(
        "SELECT id, owner, serial, completed_kind, accepted, client, claim,"
        " number, kind, recovery, state, request, error FROM migration JOIN run USING (one)"
    ).fetchone()
    if row is None:
        return None
    return MigrationState(
        id=row[0],
        owner=row[1],
        serial=row[2],
        completed_kind=None if row[3] is None else MigrationKind(row[3]),
        accepted=bool(row[4]),
        client=row[5],
        claim=row[6],
        run=row[7],
        kind=MigrationKind(row[8]),
        recovery=None if row[9] is None else RecoveryChoice(row[9]),
        run_state=row[10],
        request=row[11],
        error=row[12],
    )
