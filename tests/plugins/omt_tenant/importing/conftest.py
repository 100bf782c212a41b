"""A tenant in a folder: contents by digest, stages by hand, and what its importer made."""

from __future__ import annotations

import datetime
import hashlib
import io
import math
import pickle
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from omt_core.api.decisions import MigrationKind
from omt_core.api.items import TablePart
from omt_core.api.online import CompletionProgress, CompletionRequest, ContentRef, ManifestEntry
from omt_core.api.users import UserPlan
from omt_protocol.receipt import Receipt, manifest_line, parse_receipt, public_key_of
from omt_tenant.importing import (
    CommittedMigration,
    CommittedStage,
    ImportedMigration,
    ImportSettings,
    TenantSurroundings,
)
from omt_tenant.importing.migration import MigrationImport

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DEFAULTS = ImportSettings()
REQUEST = CompletionRequest(
    plugins={"database": "1.0", "archive": "1.0"}, waivers=("no-email",), omitted=("credentials.secret",)
)
PLANS = (UserPlan(name="SalesPREM", total=2), UserPlan(name="ServicePREM", total=5, used=4))


def encoded(value: object, kind: pa.DataType) -> bytes:
    """docs/reference/fingerprint.md, word by word, without a thought for speed."""
    if value is None:
        return b""
    if pa.types.is_boolean(kind):
        text = "1" if value else "0"
    elif pa.types.is_integer(kind):
        text = str(value)
    elif pa.types.is_floating(kind):
        number = float(value)  # type: ignore[arg-type]
        bits = struct.unpack("<q", struct.pack("<d", number))[0]
        text = "9221120237041090560" if math.isnan(number) else str(bits)
    elif pa.types.is_decimal(kind):
        scaled = int(Decimal(str(value)).scaleb(kind.scale, Context(prec=76)))
        digits = str(abs(scaled)).rjust(kind.scale + 1, "0")
        text = ("-" if scaled < 0 else "") + digits[: len(digits) - kind.scale]
        text += "." + digits[len(digits) - kind.scale :] if kind.scale else ""
    elif pa.types.is_string(kind):
        data = str(value).encode()
        text = f"{len(data)}:{value if len(data) <= 1_000 else hashlib.md5(data).hexdigest()}"
    elif pa.types.is_binary(kind):
        text = hashlib.sha256(value).hexdigest()  # type: ignore[arg-type]
    elif pa.types.is_timestamp(kind):
        text = str((value - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1))  # type: ignore[operator]  # noqa: DTZ001
    elif pa.types.is_date(kind):
        text = str((value - datetime.date(1970, 1, 1)).days)  # type: ignore[operator]
    elif pa.types.is_time(kind):
        whole = datetime.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)  # type: ignore[attr-defined]
        text = str(whole // datetime.timedelta(microseconds=1) + value.microsecond)  # type: ignore[attr-defined]
    else:
        raise TypeError(kind)
    return text.encode()


def reference_fingerprint(table: pa.Table) -> int:
    total = 0
    columns = [column.to_pylist() for column in table.columns]
    for row in range(table.num_rows):
        joined = b",".join(encoded(column[row], kind) for column, kind in zip(columns, table.schema.types, strict=True))
        lower, upper = struct.unpack("<QQ", hashlib.md5(joined).digest())
        total += (upper << 64) + lower
    return total % (1 << 128)


class FolderContents:
    """One file per content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def missing(self, contents: Sequence[ContentRef]) -> set[str]:
        def is_stored(content: ContentRef) -> bool:
            path = self.folder / content.digest
            return path.exists() and path.stat().st_size == content.size

        return {content.digest for content in contents if not is_stored(content)}

    def open(self, digest: str) -> BinaryIO:
        return (self.folder / digest).open("rb")


@dataclass
class ImportingTenant:
    """Collects stages, imports them, and looks at what came of it."""

    root: Path
    plans: tuple[UserPlan, ...] = PLANS
    elsewhere: frozenset[str] = frozenset()
    current: ImportedMigration | None = None
    entries: dict[str, dict[str, ManifestEntry]] = field(default_factory=dict)
    kind: MigrationKind = MigrationKind.TEST
    snapshot: str = "snapshot-1"
    settings: ImportSettings = DEFAULTS
    request: CompletionRequest = REQUEST
    swaps: list[ImportedMigration] = field(default_factory=list)
    told: list[CompletionProgress] = field(default_factory=list)

    def __post_init__(self) -> None:
        for folder in ("contents", "databases", "receipts", "stages"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)

    @property
    def contents(self) -> FolderContents:
        return FolderContents(self.root / "contents")

    def store(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        (self.root / "contents" / digest).write_bytes(content)
        return digest

    def put(self, entry: ManifestEntry) -> None:
        self.entries.setdefault(entry.stage, {})[entry.key] = entry

    def put_file(self, stage: str, key: str, content: bytes, name: str | None = None) -> None:
        digest = self.store(content)
        self.put(ManifestEntry(stage=stage, key=key, name=name or key, size=len(content), digest=digest))

    def put_missing(self, stage: str, key: str) -> None:
        self.put(ManifestEntry(stage=stage, key=key, name=key, size=0, digest=None, reason="document-file-missing"))

    def put_table(self, name: str, *parts: pa.Table, version: str | None = "2", **changed: object) -> None:
        for number, part in enumerate(parts, start=1):
            buffer = io.BytesIO()
            part = part.replace_schema_metadata({"omt.fingerprint": version} if version else None)  # noqa: PLW2901
            pq.write_table(part, buffer, compression="zstd")
            digest = self.store(buffer.getvalue())
            described = TablePart(
                table=name,
                number=number,
                rows=part.num_rows,
                fingerprint=f"{reference_fingerprint(part):032x}",
                last=number == len(parts),
            )
            key = f"{name}/{number:06}"
            self.put(
                ManifestEntry(
                    stage="database",
                    key=key,
                    name=f"{key}.parquet",
                    size=len(buffer.getvalue()),
                    digest=digest,
                    part=replace(described, **changed),  # type: ignore[arg-type]
                )
            )

    def migration(self, *, keep_database: bool = False) -> CommittedMigration:
        stages = []
        for stage, entries in self.entries.items():
            lines = b"".join(manifest_line(entries[key]) + b"\n" for key in sorted(entries))
            path = self.root / "stages" / f"{stage}.jsonl"
            path.write_bytes(lines)
            digest = hashlib.sha256(lines).hexdigest()
            stages.append(
                CommittedStage(stage=stage, manifest=path, digest=digest, items=len(entries), snapshot=self.snapshot)
            )
        return CommittedMigration(
            id="m-1",
            tenant="Cust12345",
            kind=self.kind,
            owner="Firma Åse AS",
            serial="1234567890",
            stages=stages,
            request=self.request,
            keep_database=keep_database,
        )

    def surroundings(self) -> TenantSurroundings:
        def make_current(imported: ImportedMigration) -> None:
            self.current = imported
            self.swaps.append(imported)

        return TenantSurroundings(
            databases=self.root / "databases",
            receipts=self.root / "receipts",
            contents=self.contents,
            key=KEY,
            plans=self.plans,
            current=self.current,
            make_current=make_current,
            taken=lambda names: {name for name in names if name in self.elsewhere},
        )

    def run(
        self, *, keep_database: bool = False, report: Callable[[CompletionProgress], None] | None = None
    ) -> ImportedMigration:
        migration = self.migration(keep_database=keep_database)
        return MigrationImport(migration, self.surroundings(), self.settings, report or self.told.append).run()

    def pickle(self, path: Path) -> None:
        """Leave what a child process needs to run the same import."""
        path.write_bytes(pickle.dumps(self.migration()))

    def receipt(self) -> Receipt:
        assert self.current is not None
        receipt = parse_receipt(self.current.receipt.read_bytes())
        assert receipt.is_signed_by(public_key_of(KEY))
        return receipt

    def query(self, sql: str) -> list[tuple[object, ...]]:
        assert self.current is not None
        with duckdb.connect(str(self.current.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def put_crm(self) -> None:
        """A small CRM: three associates, four addresses, and two files beside it."""
        self.put_table(
            "ASSOCIATE",
            pa.table(
                {
                    "associate_id": pa.array([1, 2], pa.int32()),
                    "name": ["HH", "HUH"],
                    "userName": pa.array([None, "old@example.com"], pa.string()),
                }
            ),
            pa.table(
                {
                    "associate_id": pa.array([3], pa.int32()),
                    "name": ["ÅÅ"],
                    "userName": pa.array([None], pa.string()),
                }
            ),
        )
        self.put_table(
            "Email",
            pa.table(
                {
                    "email_id": pa.array([10, 11, 12, 13], pa.int32()),
                    "email_address": ["h.h@example.com", "H.H@Example.com", "other@example.com", None],
                }
            ),
        )
        self.put_file("documents", "4711", b"offer", "HH/2019.1/Offer.docx")
        self.put_missing("documents", "4712")
        self.put_file("templates", "Letter.dotx", b"letter")


@pytest.fixture
def tenant(tmp_path: Path) -> ImportingTenant:
    return ImportingTenant(tmp_path / "tenant")


@pytest.fixture(scope="session")
def new_tenant() -> type[ImportingTenant]:
    return ImportingTenant


@pytest.fixture(scope="session")
def fingerprint_of() -> Callable[[pa.Table], int]:
    return reference_fingerprint
