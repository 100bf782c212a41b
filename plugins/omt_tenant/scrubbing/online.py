"""What is online: its manifest against the index and the committed stages, and its database against the receipt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from omt_core.api import sentence
from omt_protocol.receipt import (
    DATABASE_STAGE,
    ManifestLine,
    ManifestLineError,
    Mismatch,
    ReceiptFormatError,
    ReceiptHeader,
    parse_receipt,
    read_manifest,
)
from omt_tenant.importing import ImportedMigration, ImportSettings
from omt_tenant.migration.stages import Stage
from omt_tenant.scrubbing.counts import CompletedCounts
from omt_tenant.scrubbing.damage import Damage, store_mismatch
from omt_tenant.scrubbing.database import scrub_database
from omt_tenant.scrubbing.index import TenantIndex

_LINES = 500


def scrub_online(
    index: TenantIndex, damage: Damage, settings: ImportSettings, counts: CompletedCounts
) -> Iterator[Mismatch]:
    """Check that all that is online is stored whole, and that each table is the one that was signed.

    Items whose content is damaged or not there are named.
    """
    online = index.online()
    if isinstance(online, Mismatch):
        yield online
    if not isinstance(online, ImportedMigration):
        return
    try:
        header = parse_receipt(online.receipt.read_bytes()).header
    except (OSError, ReceiptFormatError) as error:
        yield store_mismatch(_key(online.receipt), "receipt", str(error))
        return
    yield from _identity(header, index)
    try:
        yield from _items(online.manifest, header, index, damage)
    except (OSError, ManifestLineError) as error:
        yield store_mismatch(_key(online.manifest), "line", str(error))
    yield from scrub_database(online.database, header, settings, counts)


def _identity(header: ReceiptHeader, index: TenantIndex) -> Iterator[Mismatch]:
    known = index.migration()
    for name, value in known.items():
        if value != getattr(header, name):
            message = sentence(
                "says that {field} is {value}, signed was {signed}",
                field=name,
                value=value,
                signed=getattr(header, name),
            )
            yield store_mismatch("tenant.sqlite", "migration", message)


def _items(manifest: Path, header: ReceiptHeader, index: TenantIndex, damage: Damage) -> Iterator[Mismatch]:
    lines, sums = read_manifest(manifest), _StageSums()
    while some := list(islice(lines, _LINES)):
        unknown = set(index.unknown((line.entry.digest, line.entry.size) for line in some if line.entry.digest))
        for line in some:
            sums.add(line)
            digest = line.entry.digest
            if digest in unknown:
                yield _lost(
                    line,
                    sentence(
                        "{name}: its content {digest} is not in the index with this size",
                        name=line.entry.name,
                        digest=digest,
                    ),
                )
            elif digest in damage:
                yield _lost(
                    line,
                    sentence(
                        "{name}: its content {digest} is damaged or not there", name=line.entry.name, digest=digest
                    ),
                )
    yield from sums.compare(index.migrated_stages(), header)


def _lost(line: ManifestLine, message: str) -> Mismatch:
    return store_mismatch(f"{line.entry.stage}/{line.entry.key}", "content", message, line.number)


@dataclass(slots=True)
class _StageSums:
    """Adds up the lines of each stage, which are those of the manifest that was committed for it."""

    _digests: dict[str, hashlib._Hash] = field(default_factory=dict)
    _sizes: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, line: ManifestLine) -> None:
        stage = line.entry.stage
        self._digests.setdefault(stage, hashlib.sha256()).update(line.text + b"\n")
        size, items = self._sizes.get(stage, (0, 0))
        self._sizes[stage] = size + len(line.text) + 1, items + 1

    def compare(self, committed: list[Stage], header: ReceiptHeader) -> Iterator[Mismatch]:
        """Yield the stages that are not in both, or not the same. A stage without items has no line."""
        said = {stage.name: (stage.manifest, stage.size, stage.items) for stage in committed}
        empty = (hashlib.sha256().hexdigest(), 0, 0)
        for name in sorted(said.keys() | self._digests.keys()):
            found = (self._digests[name].hexdigest(), *self._sizes[name]) if name in self._digests else empty
            if said.get(name) != found:
                message = sentence(
                    "{stage} was {committed}, but the manifest that is online has {found} of it",
                    stage=name,
                    committed=said.get(name),
                    found=found,
                )
                yield store_mismatch("tenant.sqlite", "stages", message)
        for stage in committed:
            if stage.name == DATABASE_STAGE and stage.snapshot != header.snapshot:
                message = sentence(
                    "{stage} is of the snapshot {snapshot}, signed was {signed}",
                    stage=stage.name,
                    snapshot=stage.snapshot,
                    signed=header.snapshot,
                )
                yield store_mismatch("tenant.sqlite", "stages", message)


def _key(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
