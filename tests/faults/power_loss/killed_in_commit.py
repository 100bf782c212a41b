"""A tenant that is killed in the middle of a commit, between write and fsync, and the next one on the same folder.

`python -m ... FOLDER`: says the id of the migration that the second one knows.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from omt_core.api.decisions import MigrationKind
from omt_tenant.store.state_database import StateDatabase
from omt_tenant.tenant import Store

connect = StateDatabase._connect


def connect_without_fsync(state: StateDatabase) -> sqlite3.Connection:
    connection = connect(state)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def first(folder: Path) -> None:
    Store.open(folder).close()
    StateDatabase._connect = connect_without_fsync  # type: ignore[method-assign]  # as far as a killed process got
    Store.open(folder).claims.open(owner="O", serial="1", kind=MigrationKind.LIVE, recovery=None, client="one")
    os._exit(0)


def second(folder: Path) -> None:
    migration = Store.open(folder).claims.status()
    assert migration is not None
    os.write(1, migration.id.encode())
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[2:] == ["first"]:
        first(Path(sys.argv[1]))
    subprocess.run([sys.executable, "-m", __spec__.name, sys.argv[1], "first"], check=True)
    second(Path(sys.argv[1]))
