"""The identity of an import: the same committed stages and decisions make the same import."""

from __future__ import annotations

import hashlib
from dataclasses import asdict

from omt_protocol.receipt import canonical
from omt_tenant.importing.ports import CommittedMigration

NAME_LENGTH = 32


def import_name(migration: CommittedMigration) -> str:
    """Return a name made of hexadecimal digits for the files of this import.

    Everything that decides what the files hold goes into it, so that a repeated import finds what an interrupted one
    left, and never takes the remains of another for its own.
    """
    inputs = {
        "id": migration.id,
        "tenant": migration.tenant,
        "kind": migration.kind,
        "owner": migration.owner,
        "serial": migration.serial,
        "stages": sorted((stage.stage, stage.digest, stage.items, stage.snapshot) for stage in migration.stages),
        "request": asdict(migration.request),
        "keep_database": migration.keep_database,
    }
    return hashlib.sha256(canonical(inputs)).hexdigest()[:NAME_LENGTH]
