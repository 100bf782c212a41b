"""What the importer needs from the tenant around it, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from omt_core.api.decisions import Kind
from omt_core.api.online import CompletionProgress, CompletionRequest, Content
from omt_core.api.users import UserPlan

ProgressCallback = Callable[[CompletionProgress], None]
"""Told how far the import is. Called often, from the event loop's thread; must not block."""


class StoredContents(Protocol):
    """The tenant's content store, read only. Both methods block and are called from a worker thread."""

    def missing(self, contents: Sequence[Content]) -> Collection[str]:
        """Return the digests of at most `DIGESTS_PER_QUESTION` contents that are not stored whole with this size."""
        ...

    def open(self, digest: str) -> BinaryIO:
        """Open one stored content for reading; raises KeyError when it is not stored."""
        ...


DIGESTS_PER_QUESTION = 10_000
"""How many contents the importer asks for at a time."""


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
    """All that is to be imported: every committed stage, also those of earlier runs, and the migrator's decisions.

    With `keep_database` (a recovery of missing files) the database that was imported before stays as it is, and the
    stage `database` must be the one that it was imported from.
    """

    id: str
    tenant: str
    kind: Kind
    owner: str
    serial: str
    stages: Sequence[CommittedStage]
    request: CompletionRequest
    keep_database: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSurroundings:
    """What the tenant lends: its store, the key it signs with, and its user plans with their seats.

    `folder` belongs to the importer alone: everything that was imported lies there (`importing/layout.py`).
    `taken` tells which of the given user names somebody elsewhere holds (W68), as they were given.
    """

    folder: Path
    contents: StoredContents
    key: Ed25519PrivateKey
    plans: Sequence[UserPlan]
    taken: Callable[[Sequence[str]], Collection[str]] = lambda _: ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What is current after an import: one set of files that belong together.

    `database` is None only when the migration never had the stage `database`. `counts` are tables, rows and files.
    """

    database: Path | None
    manifest: Path
    receipt: Path
    counts: Mapping[str, int]
