"""The first step of an import: read every committed manifest once, and hold it against what is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from omt_core.api import ContentRef, ManifestEntry, OnlineRefusedError, sentence
from omt_protocol.errors import VERIFICATION_FAILED
from omt_protocol.receipt import DATABASE_STAGE, ManifestLineError, ManifestTotals, read_manifest
from omt_tenant.importing.ports import DIGESTS_PER_QUESTION, CommittedStage, StoredContents

DETAILS_TOLD = 1_000
"""How many reasons one refusal lists; the message tells how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A reason: a stable code, what it is about (`stage/key`, a table, a login), and a sentence."""

    code: str
    subject: str
    message: str


class VerificationFailedError(OnlineRefusedError):
    """What was committed is not whole, not what was announced, or cannot be applied. Nothing online has changed."""

    def __init__(self, details: Sequence[Detail], total: int | None = None) -> None:
        count = len(details) if total is None else total
        message = sentence("The tenant refused the migration; reasons: {count:,}.", count=count)
        super().__init__(VERIFICATION_FAILED.code, message, VERIFICATION_FAILED.remedy)
        self.details = tuple(details)[:DETAILS_TOLD]


class Reasons:
    """Collects reasons, keeps the first thousand and counts the rest."""

    def __init__(self) -> None:
        self._details: list[Detail] = []
        self._total = 0

    def add(self, code: str, subject: str, message: str) -> None:
        """Note one more reason."""
        self._total += 1
        if len(self._details) < DETAILS_TOLD:
            self._details.append(Detail(code=code, subject=subject, message=message))

    def extend(self, details: Iterable[Detail]) -> None:
        """Note several."""
        for detail in details:
            self.add(detail.code, detail.subject, detail.message)

    def raise_if_any(self) -> None:
        """Refuse, if there is a reason to."""
        if self._details:
            raise VerificationFailedError(self._details, self._total)


CountProgress = Callable[[int, str], None]
"""Told how many units are done, and a line for a person."""


class PartMark(NamedTuple):
    """What a part must be that was imported before: another content, or another promise, is another part."""

    number: int
    digest: str
    rows: int
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartToImport:
    """A part of a table as the manifest promises it; `fingerprint` as a number."""

    key: str
    digest: str
    size: int
    number: int
    rows: int
    fingerprint: int
    last: bool

    @property
    def mark(self) -> PartMark:
        """What tells it from other parts."""
        return PartMark(self.number, self.digest, self.rows, f"{self.fingerprint:032x}")


@dataclass(slots=True)
class VerifiedMigration:
    """What the manifests add up to, and the parts of each table in order, by the table's name."""

    totals: ManifestTotals = field(default_factory=ManifestTotals)
    tables: dict[str, list[PartToImport]] = field(default_factory=dict)
    snapshot: str = ""


def verify_stages(
    stages: Sequence[CommittedStage], contents: StoredContents, manifest: BinaryIO, progress: CountProgress
) -> VerifiedMigration:
    """Verify all stages and write the migration's manifest. Raises `VerificationFailedError` with all reasons.

    A stage's manifest is sorted by key, and its lines have one stage only: the migration's manifest, sorted by stage
    and key, is therefore theirs one after another.
    """
    verified, reasons, done = VerifiedMigration(), Reasons(), 0
    for stage in sorted(stages, key=lambda stage: stage.stage):
        if stage.stage == DATABASE_STAGE:
            verified.snapshot = stage.snapshot
        done = _Reading(stage, contents, verified, reasons).read(manifest, done, progress)
    _check_parts(verified.tables, reasons)
    reasons.raise_if_any()
    return verified


@dataclass(slots=True)
class _Reading:
    """Reads one stage's manifest."""

    _stage: CommittedStage
    _contents: StoredContents
    _verified: VerifiedMigration
    _reasons: Reasons
    _asked: list[tuple[str, ContentRef]] = field(default_factory=list)
    _before: str | None = None

    def read(self, manifest: BinaryIO, done: int, progress: CountProgress) -> int:
        digest, items = hashlib.sha256(), 0
        try:
            for line in read_manifest(self._stage.manifest):
                items += 1
                digest.update(line.text + b"\n")
                manifest.write(line.text + b"\n")
                self._verified.totals.add(line.text, line.entry)
                self._take(line.entry)
                if len(self._asked) == DIGESTS_PER_QUESTION:
                    self._ask()
                    progress(done + items, f"Verifying {self._stage.stage}")
        except ManifestLineError as error:
            self._reasons.add("manifest-malformed", self._stage.stage, str(error))
            return done + items
        self._ask()
        progress(done + items, f"Verifying {self._stage.stage}")
        if (digest.hexdigest(), items) != (self._stage.digest, self._stage.items):
            self._reasons.add("manifest-differs", self._stage.stage, "the manifest is not the one that was committed")
        return done + items

    def _take(self, entry: ManifestEntry) -> None:
        subject = f"{entry.stage}/{entry.key}"
        if entry.stage != self._stage.stage:
            self._reasons.add("manifest-malformed", subject, f"stands in the manifest of {self._stage.stage}")
        if self._before is not None and entry.key <= self._before:
            self._reasons.add("manifest-malformed", subject, "does not come after the line before it")
        self._before = entry.key
        if (entry.part is not None) != (self._stage.stage == DATABASE_STAGE):
            self._reasons.add("manifest-malformed", subject, "a part of a table stands in the stage database only")
        if entry.digest is not None:
            self._asked.append((subject, ContentRef(digest=entry.digest, size=entry.size)))
        if entry.part is None:
            return
        if entry.digest is None:
            self._reasons.add("table-incomplete", subject, f"a part of {entry.part.table} was left behind")
            return
        part = PartToImport(
            key=entry.key,
            digest=entry.digest,
            size=entry.size,
            number=entry.part.number,
            rows=entry.part.rows,
            fingerprint=int(entry.part.fingerprint, 16),
            last=entry.part.last,
        )
        self._verified.tables.setdefault(entry.part.table, []).append(part)

    def _ask(self) -> None:
        missing = set(self._contents.missing([content for _, content in self._asked]))
        for subject, content in self._asked:
            if content.digest in missing:
                self._reasons.add("content-missing", subject, f"its content {content.digest} is not stored")
        self._asked.clear()


def _check_parts(tables: dict[str, list[PartToImport]], reasons: Reasons) -> None:
    """Each table's parts must be numbered 1 to n, the n-th and only it being the last."""
    for table, parts in tables.items():
        if not table:
            reasons.add("table-name-empty", parts[0].key, "its table has no name")
        parts.sort(key=lambda part: part.number)
        numbers = [part.number for part in parts]
        marks = [part.last for part in parts]
        if numbers != list(range(1, len(parts) + 1)) or marks != [False] * (len(parts) - 1) + [True]:
            reasons.add("table-incomplete", table, f"has the parts {numbers[:20]}, not 1 to n with the last one marked")
