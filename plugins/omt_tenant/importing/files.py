"""Where an import keeps its files while it works, and when they are whole."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from omt_core.api.files import (
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    move_into_place,
    remove,
    remove_tree,
    replace,
    sync_folder,
    write_whole,
)
from omt_tenant.importing.ports import ImportedMigration, TenantSurroundings

DATABASE_SUFFIX = ".duckdb"
BUILDING_SUFFIX = ".building"
AHEAD = f"ahead{BUILDING_SUFFIX}"
UNFINISHED = "crm.duckdb"
PARTIAL_SUFFIX = ".partial"
DIGEST_SUFFIX = ".sha256"


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """The files of one import. `name` is made of digits and letters only (`inputs.import_name`)."""

    databases: Path
    receipts: Path
    name: str

    @property
    def database(self) -> Path:
        """The database once it is whole."""
        return self.databases / f"{self.name}{DATABASE_SUFFIX}"

    @property
    def building(self) -> Path:
        """The folder of the database in the making; an interrupted import goes on in it."""
        return self.databases / f"{self.name}{BUILDING_SUFFIX}"

    @property
    def unfinished_database(self) -> Path:
        """The database in the making."""
        return self.building / UNFINISHED

    @property
    def manifest(self) -> Path:
        """The migration's manifest once it is whole."""
        return self.receipts / f"{self.name}.manifest.jsonl"

    @property
    def receipt(self) -> Path:
        """The signed receipt."""
        return self.receipts / f"{self.name}.receipt.json"

    @property
    def partial_manifest(self) -> Path:
        """The manifest in the making."""
        return self.manifest.with_name(self.manifest.name + PARTIAL_SUFFIX)

    def create_manifest(self) -> BinaryIO:
        """Begin the manifest anew."""
        remove(self.partial_manifest)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(self.partial_manifest, flags, PRIVATE_FILE), "wb")

    def prepare_building(self) -> None:
        """Make the folder of the database in the making, and clear away what an interrupted import spooled.

        A new one begins with what was imported ahead, if anything was; it is still to be held against the manifest.
        """
        with suppress(FileNotFoundError):
            if not self.building.exists():
                replace(self.databases / AHEAD, self.building)
        self.building.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        remove_tree(self.building / "spool")

    def finish_database(self) -> None:
        """Give the closed database its name, and note its digest beside it; durable on return."""
        self.unfinished_database.chmod(PRIVATE_FILE)
        with self.unfinished_database.open("rb+") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        write_whole(digest_file(self.database), digest_line(self.database, digest))
        move_into_place(self.unfinished_database, self.database)
        remove_tree(self.building)


def digest_file(database: Path) -> Path:
    """Return the file that holds the digest of a database.

    The receipt says what is in the tables. Whether the file itself is whole, also where no table lies, only a digest of
    all of it can tell; nobody writes to a database once it is whole.
    """
    return database.with_name(database.name + DIGEST_SUFFIX)


def digest_line(database: Path, digest: str) -> bytes:
    """Return all that the file holds: a line that `sha256sum --check` reads."""
    return f"{digest}  {database.name}\n".encode()


def sweep(surroundings: TenantSurroundings, keep: ImportedMigration) -> None:
    """Remove every database but the current one, and what interrupted imports left. Receipts stay: they are history."""
    kept = {keep.database, digest_file(keep.database)}
    for path in surroundings.databases.iterdir():
        if path.suffix == BUILDING_SUFFIX:
            remove_tree(path)
        elif path not in kept:
            remove(path)
    for path in surroundings.receipts.glob(f"*{PARTIAL_SUFFIX}"):
        remove(path)
    sync_folder(surroundings.databases)
