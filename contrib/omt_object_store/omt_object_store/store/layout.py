"""The names of the objects in a store, and the records among them, which say what was verified."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

STORE: Final = "store.json"
"""Whose store it is: made at the first migration."""

MIGRATION: Final = "migration.json"
"""The state of the migration, and the claim on it."""

CONTENTS: Final = "contents"
PACKS: Final = "packs"
UPLOADS: Final = "uploads"
COMPLETIONS: Final = "completions"

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=0)]


class Member(NamedTuple):
    """A content in an object: its sha256, its size, and where its bytes begin, counted from the object's start."""

    digest: str
    size: int
    offset: int


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def to_bytes(self) -> bytes:
        """Return the object that holds this record."""
        return self.model_dump_json(indent=1).encode() + b"\n"


class StoreRecord(_Record):
    """What `store.json` says: the store's name when it was first used, and the key that signs its receipts."""

    format: Literal["omt-object-store-1"] = "omt-object-store-1"
    store: str
    public_key: Digest


class StoredRecord(_Record):
    """What stands beside a content or a pack once it was verified, and not before.

    `digest` is the sha256 of the content; that of a pack is the sha256 of its members' digests. A member is its sha256,
    its size, and where it begins in the pack.
    """

    kind: Literal["file", "bundle"]
    digest: Digest
    size: Size
    verified: Literal["read-back", "checksum"]
    members: tuple[tuple[Digest, Size, Size], ...]

    def contents(self) -> tuple[Member, ...]:
        """Return the contents that the object holds."""
        return tuple(Member(*member) for member in self.members)


class UploadRecord(_Record):
    """An upload in progress; its parts are objects beside it."""

    kind: Literal["file", "bundle"]
    digest: Digest
    size: Size


def object_of(kind: Literal["file", "bundle"], digest: str) -> str:
    """Return where a content or a pack is."""
    if kind == "file":
        return f"{CONTENTS}/{digest[:2]}/{digest}"
    return f"{PACKS}/{digest[:2]}/{digest}.tar"


def record_of(kind: Literal["file", "bundle"], digest: str) -> str:
    """Return where its record is."""
    return f"{CONTENTS if kind == 'file' else PACKS}/{digest[:2]}/{digest}.json"


def part_path(upload: str, offset: int, digest: str) -> str:
    """Return where a part of an upload is: its name says where it begins and what its sha256 is."""
    return f"{upload}/{offset:020d}-{digest}"
