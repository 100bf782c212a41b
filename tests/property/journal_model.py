"""What a journal must answer, said as plainly as possible: dictionaries in memory, and a loop for every question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from omt_core.api.items import InventoryState, Item, ItemRecord, ItemState, TablePart
from omt_core.api.journal import ItemDigest, ItemId, Outcome, UploadRecord
from omt_core.api.online import ManifestEntry
from omt_core.api.stages import KnownFile, KnownFolder, StageTotals

ABSENT = {
    InventoryState.MISSING: ItemState.MISSING,
    InventoryState.UNREADABLE: ItemState.FAILED,
    InventoryState.REFUSED: ItemState.SKIPPED,
    InventoryState.ELSEWHERE: ItemState.SKIPPED,
    InventoryState.ORPHAN: ItemState.SKIPPED,
}
OPEN = (ItemState.PENDING, ItemState.STARTED)
FREE = (ItemState.FAILED, ItemState.MISSING, ItemState.SKIPPED)


def allowed(before: ItemState, after: ItemState) -> bool:
    """Say which moves there are: what is left behind may become anything, what is confirmed only doubted."""
    if before is after or before in FREE:
        return True
    if before is ItemState.CONFIRMED:
        return after is ItemState.PENDING
    return after is not ItemState.SKIPPED


@dataclass(slots=True)
class Known:
    """An item as the model knows it; `last` is what was confirmed last (digest and run)."""

    name: str
    path: Path | None
    size: int
    mtime_ns: int
    state: ItemState
    seen: int
    reason: str = ""
    detail: str = ""
    digest: str | None = None
    attempt: int = 0
    part: TablePart | None = None
    candidates: tuple[str, ...] = ()
    last: tuple[str, int] | None = None


@dataclass(slots=True)
class JournalModel:
    """All that a journal keeps.

    `runs` are the bytes that each run has sent; `imported` is what a manifest said of each stage when it was imported.
    """

    items: dict[ItemId, Known] = field(default_factory=dict)
    uploads: dict[str, UploadRecord] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    runs: list[int] = field(default_factory=list)
    plugins: dict[str, str] = field(default_factory=dict)
    baseline: bool = False
    imported: dict[str, list[object]] = field(default_factory=dict)

    def begin_run(self, *, baseline: bool) -> int:
        self.runs.append(0)
        self.baseline = baseline
        return len(self.runs)

    def count_sent(self, size: int) -> None:
        self.runs[-1] += size

    # --- the inventory

    def record_inventory(self, items: Sequence[Item], *, baseline_only: bool) -> list[Item]:
        unknown = []
        for item in items:
            known = self.items.get((item.stage, item.key))
            if known is None and baseline_only and item.presence is not InventoryState.ORPHAN:
                unknown.append(item)
            elif known is None:
                self.items[item.stage, item.key] = self._seen(item)
            elif item.presence is not InventoryState.FOUND and known.state is ItemState.CONFIRMED:
                known.seen = len(self.runs)
            else:
                self.items[item.stage, item.key] = self._seen_again(known, item)
        return unknown

    def finish_inventory(self, stage: str, *, shown: int) -> list[ItemRecord]:
        gone = [one for one in self._ids(stage) if self.items[one].seen < len(self.runs)]
        records = [self._record(one) for one in gone][:shown]
        if not self.baseline:
            for one in gone:
                del self.items[one]
        return records

    def import_manifest(self, entries: Sequence[ManifestEntry]) -> None:
        for entry in entries:
            state = ItemState.MISSING if entry.digest is None else ItemState.CONFIRMED
            self.items[entry.stage, entry.key] = Known(
                name=entry.name,
                path=None,
                size=entry.size,
                mtime_ns=-1,
                state=state,
                seen=0,
                reason=entry.reason,
                digest=entry.digest,
                last=None if entry.digest is None else (entry.digest, 0),
            )

    def reset_stage(self, stage: str) -> None:
        for one in self._ids(stage):
            del self.items[one]

    # --- what becomes of items

    def record_digests(self, digests: Sequence[ItemDigest]) -> None:
        for one in digests:
            if one.id in self.items:
                known = self.items[one.id]
                self.items[one.id] = replace(known, digest=one.digest, size=one.size, mtime_ns=one.mtime_ns)

    def record_outcomes(self, outcomes: Sequence[Outcome]) -> str | None:
        """Answer with an error's code, and change nothing, when one of the moves is not allowed."""
        for outcome in outcomes:
            known = self.items.get(outcome.id)
            if known is None or not allowed(known.state, outcome.state):
                return "journal-move-not-allowed"
        for outcome in outcomes:
            known = self.items[outcome.id]
            known.state, known.reason, known.detail = outcome.state, outcome.reason, outcome.detail
            if outcome.digest is not None:
                known.digest = outcome.digest
            if outcome.size is not None:
                known.size = outcome.size
            if outcome.mtime_ns is not None:
                known.mtime_ns = outcome.mtime_ns
            if outcome.state is ItemState.CONFIRMED:
                assert known.digest is not None
                if outcome.sent or known.last is None or known.last[0] != known.digest:
                    known.last = (known.digest, len(self.runs))
        return None

    def mark_imported(self) -> None:
        self.imported = {stage: self.manifest(stage) for stage in self.plugins}

    # --- uploads

    def upload_created(self, upload: UploadRecord) -> None:
        self.uploads[upload.url] = upload
        for member in upload.members:
            known = self.items.get((member.stage, member.key))
            if known is not None and known.state is not ItemState.CONFIRMED:
                known.state = ItemState.STARTED
                known.attempt += 1

    def upload_advanced(self, url: str, offset: int) -> None:
        if url in self.uploads:
            self.uploads[url] = replace(self.uploads[url], offset=offset)

    def upload_finished(self, url: str, outcomes: Sequence[Outcome]) -> str | None:
        refused = self.record_outcomes(outcomes)
        if refused is None:
            self.uploads.pop(url, None)
        return refused

    # --- questions

    def records(self, stage: str | None = None, states: Sequence[ItemState] = ()) -> list[ItemRecord]:
        return [self._record(one) for one in self._ids(stage) if not states or self.items[one].state in states]

    def pending(self, stage: str, limit: int, after: str) -> list[ItemRecord]:
        return [record for record in self.records(stage, OPEN) if record.key > after][:limit]

    def manifest(self, stage: str) -> list[object]:
        return [
            (one.key, one.name, one.size, one.state, one.reason, one.digest, one.part)
            if one.state is ItemState.CONFIRMED
            else (one.key, one.name, one.size, one.state, one.reason)
            for one in self.records(stage)
        ]

    def named(self, stage: str, keys: Sequence[str]) -> list[ItemRecord]:
        return [record for record in self.records(stage) if record.key in keys]

    def baseline_of(self, stage: str) -> tuple[list[KnownFile], list[ItemRecord]]:
        confirmed = [
            KnownFile("" if one.path is None else str(one.path), one.size, one.mtime_ns, one.key)
            for one in self.records(stage, (ItemState.CONFIRMED,))
        ]
        return confirmed, self.records(stage, [state for state in ItemState if state is not ItemState.CONFIRMED])

    def folders_of(self, stage: str) -> list[KnownFolder]:
        """Return the folders of confirmed files, by their text: a lone surrogate is a letter like any other."""
        lines: defaultdict[str, list[bytes]] = defaultdict(list)
        for record in self.records(stage, (ItemState.CONFIRMED,)):
            folder, name = str(record.location).rsplit("/", 1)
            times = f"\0{record.size}\0{record.mtime_ns}\0{0}\0".encode()
            lines[folder].append(name.encode("utf-8", "surrogatepass") + times)
        return [
            KnownFolder(folder, len(of_files), sha256(b"".join(sorted(of_files))).digest())
            for folder, of_files in sorted(lines.items(), key=lambda entry: entry[0].encode("utf-8", "surrogatepass"))
        ]

    def totals(self) -> dict[str, StageTotals]:
        return {stage: self._total(stage) for stage in {stage for stage, _ in self.items}}

    def _total(self, stage: str) -> StageTotals:
        all_of_it = [self.items[one] for one in self._ids(stage)]
        confirmed = [known for known in all_of_it if known.state is ItemState.CONFIRMED]
        sent = [known for known in confirmed if known.last is not None and known.last[1] == len(self.runs)]
        skipped = [known for known in confirmed if known.last is not None and known.last[1] < len(self.runs)]
        return StageTotals(
            stage=stage,
            items=len(all_of_it),
            bytes=sum(known.size for known in all_of_it),
            confirmed_items=len(confirmed),
            confirmed_bytes=sum(known.size for known in confirmed),
            sent_items=len(sent),
            skipped_items=len(skipped),
            skipped_bytes=sum(known.size for known in skipped),
            missing=sum(known.state is ItemState.MISSING for known in all_of_it),
            failed=sum(known.state is ItemState.FAILED for known in all_of_it),
            left_out=sum(known.state is ItemState.SKIPPED for known in all_of_it),
            left_behind_bytes=sum(known.size for known in all_of_it if known.state in FREE),
        )

    def _ids(self, stage: str | None) -> list[ItemId]:
        return sorted(one for one in self.items if stage in (None, one[0]))

    def _seen(self, item: Item) -> Known:
        return Known(
            name=item.name,
            path=item.path,
            size=item.size,
            mtime_ns=item.mtime_ns,
            state=ABSENT.get(item.presence, ItemState.PENDING),
            seen=len(self.runs),
            reason=item.reason,
            detail=item.detail,
            part=item.part,
            candidates=item.candidates,
        )

    def _seen_again(self, known: Known, item: Item) -> Known:
        as_confirmed = (known.name, known.path, known.size, known.mtime_ns, known.part)
        if known.state is ItemState.CONFIRMED and as_confirmed == (
            item.name, item.path, item.size, item.mtime_ns, item.part
        ):  # fmt: skip
            return replace(known, seen=len(self.runs))
        again = self._seen(item)
        again.attempt, again.last = known.attempt, known.last
        if (known.size, known.mtime_ns) == (item.size, item.mtime_ns):
            again.digest = known.digest
            if known.state is ItemState.CONFIRMED:
                again.state = ItemState.CONFIRMED
        return again

    def _record(self, one: ItemId) -> ItemRecord:
        known = self.items[one]
        return ItemRecord(
            stage=one[0],
            key=one[1],
            name=known.name,
            location=None if known.path is None else str(known.path),
            size=known.size,
            mtime_ns=known.mtime_ns,
            state=known.state,
            reason=known.reason,
            detail=known.detail,
            digest=known.digest,
            attempt=known.attempt,
            plugin=self.plugins.get(one[0], ""),
            part=known.part,
            candidates=known.candidates,
        )
