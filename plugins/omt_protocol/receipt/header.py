"""The receipt's header: what a tenant signs when it has verified and imported a migration."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from omt_core.api import MigrationKind

FORMAT: Final = "omt-receipt-1"

_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 9998
"""Within these every clock can say a moment in its own zone, and no migration was completed at another."""


def _real_moment(value: str) -> str:
    """Refuse a moment that no calendar has: whoever reads a receipt says it before the signature is believed."""
    if not _FIRST_YEAR <= datetime.fromisoformat(value).year <= _LAST_YEAR:
        raise ValueError(f"the year is not within {_FIRST_YEAR} and {_LAST_YEAR}")
    return value


Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Fingerprint = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Count = Annotated[int, Field(ge=0)]
Moment = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"),
    AfterValidator(_real_moment),
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ManifestSummary(_Model):
    """The manifest that the receipt is about: sha256 of the file, number of lines, Merkle root over them."""

    digest: Digest
    entries: Count
    root: Digest


class FileTotals(_Model):
    """Items of all stages but the database: those verified online with their bytes, those left behind with a reason."""

    verified: Count
    bytes: Count
    left_behind: Count


class TableTotals(_Model):
    """How many rows a table has, and their fingerprint (docs/reference/fingerprint.md)."""

    table: str
    rows: Count
    fingerprint: Fingerprint


class Changes(_Model):
    """What was done online to the data as it came."""

    users: Count = 0
    plans_assigned: Count = 0
    user_names_assigned: Count = 0
    addresses_removed: Count = 0


class ReceiptHeader(_Model):
    """The fields of docs/reference/receipt.md."""

    format: Literal["omt-receipt-1"] = FORMAT
    tenant: str
    migration: str
    kind: MigrationKind
    owner: str
    serial: str
    completed_at: Moment
    snapshot: str
    manifest: ManifestSummary
    files: FileTotals
    tables: tuple[TableTotals, ...]
    changes: Changes
    changed_tables: tuple[TableTotals, ...]
    omitted: tuple[str, ...]
    plugins: dict[str, str]
    waivers: tuple[str, ...]
    public_key: Digest


def canonical(value: object) -> bytes:
    """Return the canonical form of a JSON value: sorted keys, no white space, UTF-8, no needless escapes."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "backslashreplace")


def canonical_header(header: ReceiptHeader) -> bytes:
    """Return the bytes that are signed."""
    return canonical(header.model_dump(mode="json"))
