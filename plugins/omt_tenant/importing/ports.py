"""What the importer needs from the tenant around it, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from omt_core.api import CompletionProgress, CompletionRequest, ContentRef, MigrationKind, UserPlan

DIGESTS_PER_QUESTION = 10_000
"""How many contents the importer asks for at a time."""

ProgressCallback = Callable[[CompletionProgress], None]
"""Told how far the import is. `import_migration` calls it in the event loop's thread; it must not block."""


class StoredContents(Protocol):
    """The tenant's content store, read only. Both methods block and are called from a worker thread."""

    def missing(self, contents: Sequence[ContentRef]) -> Collection[str]:
        """Return the digests of at most `DIGESTS_PER_QUESTION` contents that are not stored whole with this size."""
        ...

    def open(self, digest: str) -> BinaryIO:
        """Open one stored content for reading from its start to its end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CommittedStage:
    """A stage that is committed: its manifest as a file of its own, with the digest and number of items announced.

    `snapshot` is that of the commit; it counts for the stage `database` only.
    """

    stage: str
    manifest: Path
    digest: str
    items: int
    snapshot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommittedMigration:
    """All that is to be imported: every stage that shall be true afterwards, and the migrator's decisions.

    `stages` are those of the open run, and of earlier runs those that it did not commit anew. With `keep_database` (a
    recovery of missing files) the current database stays as it is, and the stage `database`, if there ever was one,
    must be the one that it was imported from.
    """

    id: str
    tenant: str
    kind: MigrationKind
    owner: str
    serial: str
    stages: Sequence[CommittedStage]
    request: CompletionRequest
    keep_database: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedMigration:
    """Files that belong together: what one completion made, or, after a recovery, made anew beside the database."""

    database: Path
    manifest: Path
    receipt: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSurroundings:
    """What the tenant lends to an import.

    `databases` and `receipts` are folders that exist and that nobody else writes to while an import runs. `current` is
    what is online now. `make_current` must put the new files in its place and end the run, all at once and durably; the
    import alone calls it, from a worker thread once they are whole, and again where it is repeated. `plans` are all
    seats with those taken elsewhere. `taken` tells which of these user names somebody elsewhere holds (W68), as they
    were given.
    """

    databases: Path
    receipts: Path
    contents: StoredContents
    key: Ed25519PrivateKey
    plans: Sequence[UserPlan]
    current: ImportedMigration | None
    make_current: Callable[[ImportedMigration], None]
    taken: Callable[[Sequence[str]], Collection[str]] = lambda _: ()
