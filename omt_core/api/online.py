"""The online side as the core and its plugins see it. Default: the open protocol of docs/reference/protocol.md."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, NamedTuple, Protocol, TypeAlias, runtime_checkable

from omt_core.api.decisions import MigrationKind, RecoveryChoice
from omt_core.api.findings import Finding
from omt_core.api.installation import Licence
from omt_core.api.items import TablePart
from omt_core.api.users import OtherAddress, UserPlan

Chunk: TypeAlias = bytes | memoryview
"""Bytes of an upload."""


TENANT_KEY_FILE: Final = "tenant.key"
"""Where a workspace keeps the tenant's public key of the first contact: 64 hexadecimal digits and a line feed. The core
writes it, and refuses another key."""
_PINNED: Final = re.compile(rb"([0-9a-f]{64})\n")


def pinned_key(content: bytes) -> str | None:
    """Return the key that a `TENANT_KEY_FILE` of this content holds; None where the core did not write it so."""
    found = _PINNED.fullmatch(content)
    return None if found is None else found[1].decode()


class TenantState(StrEnum):
    """The documented states that matter to a migration (crm.md section 10, W97-W99)."""

    MIGRATION_PENDING = "MigrationPending"
    OFFLINE_MAINTENANCE = "OfflineMaintenance"
    RUNNING = "Running"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierMigration:
    """What the tenant knows of the migration before this run. `completed`: verified and imported at least once."""

    id: str
    kind: MigrationKind
    owner: str
    serial: str
    completed: bool
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantStatus:
    """The tenant's answer at start: its state, its Ed25519 public key (hexadecimal), and the earlier migration.

    The core keeps the key of the first contact in the workspace and refuses another one; a target need not.
    """

    tenant: str
    state: TenantState
    public_key: str
    migration: EarlierMigration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLimits:
    """What the online side takes, in bytes. A content up to `member_bytes` may travel in a bundle.

    `bundles` are the forms that a bundle may have: `ustar`, which every online side takes, and `cpio`; and `zstd`,
    either of them as one frame of zstd.
    """

    bundle_bytes: int
    member_bytes: int
    chunk_bytes: int
    digests_per_request: int
    parallel_uploads: int
    bundles: tuple[str, ...] = ("ustar",)


class ContentRef(NamedTuple):
    """A content to be stored: sha256 as 64 hexadecimal digits, and size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDigests:
    """What a file was hashed to on the way, so that a chunk of it is checked without hashing it once more.

    `digests` are the sha256 of its first `step` bytes, of twice as many and so on, 64 hexadecimal digits each.
    """

    step: int
    digests: str

    def at(self, size: int) -> str | None:
        """Return the sha256 of the first `size` bytes, None where that was not taken down."""
        place, between = divmod(size, self.step)
        return None if between or not place else self.digests[64 * (place - 1) : 64 * place] or None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRequest:
    """An upload to be created: one content as `file`, or an archive of contents named by digest as `bundle`.

    A `zstd-bundle` is such an archive as one frame of zstd, announced as the archive itself.

    `digest` is the sha256 of all bytes of a file, or that of the digests of a bundle's members, 32 bytes each, one
    after another, in a `cpio` behind those four letters; `members` are the contents in order. Behind the digest of a
    packed member (`<digest>.gz`) stands the sha256 of what it is packed as. `running` may be there for a file; nothing
    has to be made of it.
    """

    kind: Literal["file", "bundle", "zstd-bundle"]
    digest: str
    size: int
    members: tuple[ContentRef, ...] = ()
    running: RunningDigests | None = None


class CreatedUpload(NamedTuple):
    """An upload as it was created: its address, and how many of its bytes are durable online already."""

    url: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """A line of a stage's manifest: an item that is verified online, or one left behind with its reason.

    `digest` is None exactly when `reason` is set. Format: docs/reference/receipt.md.
    """

    stage: str
    key: str
    name: str
    size: int
    digest: str | None
    reason: str = ""
    part: TablePart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageManifest:
    """A stage's whole manifest as one file of JSON lines sorted by key; it is itself uploaded as a content first.

    `snapshot` is the id of the database snapshot that the items belong to; the tenant takes one id only.
    """

    stage: str
    path: Path
    digest: str
    size: int
    items: int
    snapshot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAssignment:
    """A user as they shall be online: `user_name` is None for a user without a plan."""

    login: str
    associate_id: int
    plan: str | None
    user_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionRequest:
    """What the tenant needs, beside the committed stages, to import: the decisions, and what the receipt must say.

    `removed_addresses` are the e-mail rows that go because they equal an assigned user name; `plugins` are names with
    versions; `omitted` lists tables and columns that stayed on site as secrets or volatile.
    """

    users: tuple[UserAssignment, ...] = ()
    removed_addresses: tuple[OtherAddress, ...] = ()
    welcome_mail: bool = False
    summary_address: str | None = None
    language: str = "en"
    plugins: Mapping[str, str] = field(default_factory=dict)
    waivers: tuple[str, ...] = ()
    omitted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionProgress:
    """How far the tenant is: `state` is `verifying`, `importing` or `done`; `detail` is one line for a person."""

    state: Literal["verifying", "importing", "done"]
    done: int
    total: int
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedMigration:
    """The receipt and its manifest as files in the workspace, and what the tenant had to say."""

    receipt: Path
    manifest: Path
    tables: int
    rows: int
    files: int
    findings: tuple[Finding, ...] = ()


class OnlineMigration(Protocol):
    """An open migration. Every method may be called from several tasks; each either holds, or raises `OnlineError`.

    Nothing is acknowledged before it is verified and durable online. `OnlineUnavailableError` may be retried by the
    caller, `OnlineRefusedError` may not. What only some can do is asked for by isinstance: `Backpressure`,
    `KnownMissing`, `PartHints`, `SenderPasses`.
    """

    @property
    def id(self) -> str:
        """The tenant's id of this migration; it outlives runs."""
        ...

    @property
    def limits(self) -> TransferLimits:
        """What the online side takes."""
        ...

    async def missing(self, contents: Sequence[ContentRef]) -> frozenset[str]:
        """Return the digests that the tenant lacks, of at most `limits.digests_per_request` contents."""
        ...

    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> CreatedUpload:
        """Create an upload, with its first bytes or all of them.

        A chunk is only lent, here and to `send`: when the call is over its memory holds something else.
        """
        ...

    async def offset(self, url: str) -> int:
        """Return how many bytes of an upload are durable online; raises `UploadLostError` when it is not known."""
        ...

    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        """Append one checked, durable chunk and return the new offset; the last one returns once all is verified."""
        ...

    async def terminate(self, url: str) -> None:
        """Give an upload up; one that is not known is no error."""
        ...

    async def commit(self, manifest: StageManifest) -> None:
        """Make a stage's manifest, already uploaded as a content, the whole truth about that stage."""
        ...

    def complete(self, request: CompletionRequest | None) -> AsyncIterator[CompletionProgress]:
        """Have the tenant verify and import everything committed; yields until it is done, raises if it refuses.

        None asks for nothing: it watches the import that an earlier run asked for, and yields nothing where none is.
        """
        ...

    async def result(self, directory: Path) -> CompletedMigration:
        """Have receipt and manifest of a completed migration in `directory`, as the online side signed them.

        What is there already is written anew unless it is just that. Raises `OnlineError`, and keeps nothing, where
        what comes is not what was signed: whether it is, no caller looks.
        """
        ...

    def manifest(self) -> AsyncIterator[Sequence[ManifestEntry]]:
        """Yield the committed manifest in batches, to rebuild a lost journal."""
        ...

    async def aclose(self) -> None:
        """Let go of the claim on the migration; it stays open for a later run."""
        ...


@runtime_checkable
class Backpressure(Protocol):
    """An ability that an `OnlineMigration` may have: it tells how often it was asked to send later."""

    @property
    def refusals(self) -> int:
        """How often the online side has asked, since it was opened, for something to be sent again later.

        A transfer that sees it grow sends less at a time.
        """
        ...


@runtime_checkable
class KnownMissing(Protocol):
    """An ability that an `OnlineMigration` may have: of some contents it knows without asking that they are missing."""

    def known_missing(self, contents: Sequence[ContentRef]) -> frozenset[str]:
        """Return digests that the online side lacks for sure; it may lack others of these too.

        As where it held nothing when the migration was opened, and was sent none of them since by anybody.
        """
        ...


@runtime_checkable
class PartHints(Protocol):
    """An ability that an `OnlineMigration` may have: it passes on which parts of tables are stored already."""

    async def announce(self, entries: Sequence[ManifestEntry]) -> None:
        """Hint that these parts of tables are stored, so that the online side may begin with them.

        At most `limits.digests_per_request` of them. Nothing is believed before their stage is committed, and nothing
        is lost where a hint does not arrive.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderPass:
    """What another machine needs to send for a migration, and with which it can do nothing else.

    `token` is a secret, good for `seconds` and no longer than the claim that it was handed out for.
    """

    migration: str
    address: str
    limits: TransferLimits
    token: str = field(repr=False)
    seconds: float


@runtime_checkable
class SenderPasses(Protocol):
    """An ability that an `OnlineMigration` may have: others may send under its claim, from where the files are."""

    async def hand_out(self) -> SenderPass | None:
        """Hand out a pass to ask what is lacking and to upload with; None where the online side has none to give.

        Whoever sends with it gives the claim signs of life. It cannot commit, complete, open, hand out passes or read
        what is stored, and is worth nothing once the claim was given back, or taken anew.
        """
        ...


@runtime_checkable
class ValueLimit(Protocol):
    """An ability that an `OnlineTarget` may have: it says before the night how long a value of a table may be."""

    @property
    def value_bytes(self) -> int | None:
        """The longest value that the online side takes, in bytes as text in UTF-8 or as they are; None: any."""
        ...


@runtime_checkable
class OnlineTarget(Protocol):
    """The other end: a tenant that takes migrations."""

    async def status(self) -> TenantStatus:
        """Ask for the tenant's state and what it knows of an earlier migration."""
        ...

    async def plans(self) -> Sequence[UserPlan]:
        """Return the catalogue of user plans that exist online, in the order of their columns (W45, W47)."""
        ...

    async def taken_user_names(self, names: Sequence[str]) -> frozenset[str]:
        """Return those of `names` that somebody elsewhere holds already (W68)."""
        ...

    async def open(self, licence: Licence, kind: MigrationKind, recovery: RecoveryChoice | None) -> OnlineMigration:
        """Open or resume this licence's migration; refused when accepted, claimed elsewhere, or of another identity."""
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...
