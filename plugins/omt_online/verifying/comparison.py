"""In what two migrations differ, by what was signed of them: tables with their rows, and every file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from omt_core.api import ManifestEntry, calls, quantity, sentence
from omt_online.errors import RECEIPT_UNREADABLE
from omt_online.verifying.public_key import PinnedKeyDamagedError, key_to_check_with
from omt_protocol.receipt import (
    DATABASE_STAGE,
    ManifestLine,
    ReceiptFormatError,
    ReceiptHeader,
    TableTotals,
    check_manifest,
    check_signature,
    parse_receipt,
    read_manifest,
)
from omt_protocol.result_files import MANIFEST_FILE

TABLES = "tables"
"""The area of all tables; each other area is a stage of files."""
_FAULTS_TOLD = 5

Change = Literal["new", "gone", "different"]


def compare(call: calls.CompareReceipts) -> calls.ReceiptComparison | None:
    """Verify both receipts with their manifests, then compare them. Blocking, with flat memory.

    Returns None where one is of another format. Raises `InputError` `receipt-unreadable`.
    """
    before, after = _read(call.before), _read(call.after)
    if before is None or after is None:
        return None
    (left, first), (right, second) = before, after
    alike = (left.owner, left.serial) == (right.owner, right.serial)
    if first.faults or second.faults or not alike:
        return calls.ReceiptComparison(before=first, after=second)
    tally = _Tally(call.most)
    _compare_tables(tally, left.tables, right.tables)
    _compare_files(tally, call.before.parent / MANIFEST_FILE, call.after.parent / MANIFEST_FILE)
    return calls.ReceiptComparison(
        before=first, after=second, areas=tally.areas(), differences=tuple(tally.differences)
    )  # fmt: skip


def _read(path: Path) -> tuple[ReceiptHeader, calls.ReceiptSide] | None:
    manifest = path.parent / MANIFEST_FILE
    try:
        receipt = parse_receipt(path.read_bytes())
        with manifest.open("rb"):
            pass
    except ReceiptFormatError:
        return None
    except OSError as error:
        told = sentence("{path} cannot be read: {reason}.", path=error.filename or path, reason=error.strerror or error)
        raise RECEIPT_UNREADABLE.error(told) from error
    header = receipt.header
    faults: list[str] = []
    proven = False
    try:
        key = key_to_check_with(path, header, None)
        proven = key.proves_origin
        faults += map(str, check_signature(receipt, key.public_key))
    except PinnedKeyDamagedError as error:
        faults.append(str(error))
    faults += map(str, check_manifest(header, manifest))
    return header, calls.ReceiptSide(
        owner=header.owner,
        serial=header.serial,
        tenant=header.tenant,
        kind=header.kind,
        completed=header.completed_at,
        origin_proven=proven,
        waivers=header.waivers,
        faults=tuple(faults[:_FAULTS_TOLD]),
    )


@dataclass(slots=True)
class _Tally:
    """Counts all, lists the first of each kind."""

    most: int
    differences: list[calls.Difference] = field(default_factory=list)
    _counts: dict[str, Counter[str]] = field(default_factory=dict)

    def equal(self, area: str) -> None:
        """Count one that is as it was."""
        self._counts.setdefault(area, Counter())["equal"] += 1

    def add(
        self, area: str, change: Change, name: str, *, before: str = "", after: str = "", by_time: bool = False
    ) -> None:
        """Count a difference."""
        counts = self._counts.setdefault(area, Counter())
        counts[change] += 1
        counts["unexplained"] += not by_time
        kind = f"{change} {by_time}"
        counts[kind] += 1
        if counts[kind] <= self.most:
            self.differences.append(
                calls.Difference(area=area, change=change, name=name, before=before, after=after, by_time=by_time)
            )

    def areas(self) -> tuple[calls.AreaComparison, ...]:
        """Return the counts by area, the tables first."""
        names = sorted(self._counts, key=lambda area: (area != TABLES, area))
        return tuple(
            calls.AreaComparison(
                area=name,
                equal=counts["equal"],
                new=counts["new"],
                gone=counts["gone"],
                different=counts["different"],
                unexplained=counts["unexplained"],
            )
            for name in names
            for counts in (self._counts[name],)
        )


def _compare_tables(tally: _Tally, before: Sequence[TableTotals], after: Sequence[TableTotals]) -> None:
    """Compare what was sent of each table. Rows are added as people work; that there are fewer a person looks at."""
    first, second = {one.table: one for one in before}, {one.table: one for one in after}
    for name in sorted(first.keys() | second.keys()):
        was, now = first.get(name), second.get(name)
        if was is None and now is not None:
            tally.add(TABLES, "new", name, after=_rows(now), by_time=True)
        elif now is None and was is not None:
            tally.add(TABLES, "gone", name, before=_rows(was))
        elif was is not None and now is not None:
            if was == now:
                tally.equal(TABLES)
            else:
                more = now.rows >= was.rows
                tally.add(TABLES, "different", name, before=_rows(was), after=_rows(now), by_time=more)


def _rows(table: TableTotals) -> str:
    return quantity(table.rows, "row")


def _compare_files(tally: _Tally, before: Path, after: Path) -> None:
    """Walk two sorted manifests side by side."""
    left, right = _files(before), _files(after)
    was, now = next(left, None), next(right, None)
    while was is not None or now is not None:
        if was is not None and (now is None or _place(was) < _place(now)):
            _one_file(tally, was, None)
            was = next(left, None)
        elif now is not None and (was is None or _place(now) < _place(was)):
            _one_file(tally, None, now)
            now = next(right, None)
        else:
            _one_file(tally, was, now)
            was, now = next(left, None), next(right, None)


def _one_file(tally: _Tally, was: ManifestEntry | None, now: ManifestEntry | None) -> None:
    """Count a file: one that was online and is not any more is gone, whatever the reason."""
    if was is None:
        if now is not None:
            tally.add(now.stage, "new", now.name, after=_told(now), by_time=now.digest is not None)
    elif now is None:
        tally.add(was.stage, "gone", was.name, before=_told(was), by_time=was.digest is None)
    elif (was.digest, was.reason) == (now.digest, now.reason):
        tally.equal(was.stage)
    elif was.digest is not None and now.digest is None:
        tally.add(was.stage, "gone", was.name, before=_told(was), after=_told(now))
    else:
        tally.add(was.stage, "different", now.name, before=_told(was), after=_told(now), by_time=True)


def _told(entry: ManifestEntry) -> str:
    return entry.reason if entry.digest is None else quantity(entry.size, "byte")


def _files(path: Path) -> Iterator[ManifestEntry]:
    lines: Iterator[ManifestLine] = read_manifest(path)
    return (line.entry for line in lines if line.entry.stage != DATABASE_STAGE)


def _place(entry: ManifestEntry) -> tuple[str, str]:
    return entry.stage, entry.key
