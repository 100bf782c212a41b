"""The act that ends a migration: the online side accepts what a live migration brought (W37, W90)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from omt_core.api import MigrationKind, sentence
from omt_tenant.errors import ACCEPTANCE_IMPOSSIBLE, TENANT_UNKNOWN
from omt_tenant.migration.state import read_migration
from omt_tenant.store.layout import TenantLayout
from omt_tenant.store.state_database import StateDatabase


def accept_migration(directory: Path) -> str:
    """Accept the completed live migration of a folder, served or not; return its id. Accepting twice is no error.

    From then on every run against the tenant is refused. Raises InputError when the folder is not a tenant's, and
    OnlineRefusedError when there is no completed live migration or a completion is running.
    """
    layout = TenantLayout(directory.absolute())
    if not layout.state.is_file():
        raise TENANT_UNKNOWN.error(sentence("{root} is not the folder of a tenant.", root=layout.root))
    state = StateDatabase(layout.state)
    try:
        return state.write(_accept)
    finally:
        state.close()


def _accept(connection: sqlite3.Connection) -> str:
    migration = read_migration(connection)
    if migration is None or migration.completed_kind is not MigrationKind.LIVE:
        raise ACCEPTANCE_IMPOSSIBLE.error()
    if migration.run_state == "requested":
        raise ACCEPTANCE_IMPOSSIBLE.error(
            sentence("The tenant is importing right now."), remedy=sentence("Wait until that is over, then accept.")
        )
    connection.execute("DELETE FROM stages WHERE role = 'pending'")
    connection.execute("UPDATE migration SET accepted = 1, claim = NULL, client = NULL")
    return migration.id
