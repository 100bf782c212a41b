"""Check a receipt: its signature, and that a manifest is exactly the one it was given for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import override

from omt_core.api import ManifestEntry, sentence
from omt_protocol.receipt.header import ReceiptHeader
from omt_protocol.receipt.manifest import DATABASE_STAGE, ManifestLineError, read_manifest
from omt_protocol.receipt.signature import Receipt
from omt_protocol.receipt.totals import ManifestTotals


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """Something that is not as it should be: in which file, where in it, and what.

    `line` counts from 1 and `key` is `stage/key` of an item; both are empty where they do not apply.
    """

    where: str
    field: str
    message: str
    line: int | None = None
    key: str = ""

    @override
    def __str__(self) -> str:
        said = {"where": self.where, "line": self.line, "key": self.key, "field": self.field, "what": self.message}
        if self.line is None:
            return sentence("{where}, {key}: {field}: {what}" if self.key else "{where}: {field}: {what}", **said)
        return sentence(
            "{where}, line {line}, {key}: {field}: {what}" if self.key else "{where}, line {line}: {field}: {what}",
            **said,
        )


def check_signature(receipt: Receipt, public_key: str) -> Iterator[Mismatch]:
    """Check that this key signed the receipt, and that the receipt names no other."""
    if receipt.header.public_key != public_key:
        yield Mismatch(
            where="receipt",
            field="header.public_key",
            message=sentence(
                "is {found}, but the key to check with is {key}", found=receipt.header.public_key, key=public_key
            ),
        )
    elif not receipt.is_signed_by(public_key):
        yield Mismatch(where="receipt", field="signature", message=sentence("does not fit the header and the key"))


def check_manifest(header: ReceiptHeader, manifest: Path) -> Iterator[Mismatch]:
    """Check a manifest against its receipt, reading it once with flat memory."""
    check = ManifestCheck(header)
    try:
        for line in read_manifest(manifest):
            yield from check.take(line.text, line.entry)
    except ManifestLineError as error:
        yield Mismatch(where="manifest", field=error.field, message=str(error))
        return
    yield from check.end()


class ManifestCheck:
    """Checks a manifest against its receipt as its lines come, with flat memory."""

    def __init__(self, header: ReceiptHeader) -> None:
        self._header = header
        self._totals = ManifestTotals()
        self._order = _Order()
        self._lines = 0

    def take(self, text: bytes, entry: ManifestEntry) -> Iterator[Mismatch]:
        """Take the next line, without its line feed, and what it says."""
        self._lines += 1
        self._totals.add(text, entry)
        return self._order.check(self._lines, entry)

    def end(self) -> Iterator[Mismatch]:
        """Say that there are no more lines."""
        header, totals = self._header, self._totals
        yield from self._order.unfinished()
        yield from _compare("manifest", header.manifest.model_dump(), totals.manifest().model_dump())
        yield from _compare("files", header.files.model_dump(), totals.files().model_dump())
        said = {table.table: table for table in header.tables}
        found = {table.table: table for table in totals.tables()}
        if len(said) != len(header.tables) or tuple(said) != tuple(sorted(said)):
            yield Mismatch(
                where="receipt", field="header.tables", message=sentence("are not sorted by name, each once")
            )
        for name in sorted(said.keys() | found.keys()):
            if said.get(name) != found.get(name):
                yield Mismatch(
                    where="receipt",
                    field=f"header.tables[{name}]",
                    message=_adds_up(said.get(name), found.get(name)),
                )


@dataclass(slots=True)
class _Order:
    """Lines must rise by (stage, key), and the parts of a table must be all there."""

    _before: tuple[str, str] | None = None
    _parts: dict[str, tuple[int, bool]] = field(default_factory=dict)

    def check(self, number: int, entry: ManifestEntry) -> Iterator[Mismatch]:
        place = (entry.stage, entry.key)
        if self._before is not None and place <= self._before:
            yield self._mismatch(number, entry, "key", sentence("does not come after the line before it"))
        self._before = place
        part = entry.part
        if part is None:
            return
        if entry.stage != DATABASE_STAGE:
            yield self._mismatch(
                number, entry, "part", sentence("stands outside the stage {stage}", stage=DATABASE_STAGE)
            )
        before, last = self._parts.get(part.table, (0, False))
        if last or part.number != before + 1:
            message = sentence(
                "is {number} after part {before} of {table}", number=part.number, before=before, table=part.table
            )
            yield self._mismatch(number, entry, "part.number", message)
        self._parts[part.table] = (part.number, part.last)

    def unfinished(self) -> Iterator[Mismatch]:
        for table, (number, last) in sorted(self._parts.items()):
            if not last:
                message = sentence(
                    "no part of {table} is the last; the highest is {number}", table=table, number=number
                )
                yield Mismatch(where="manifest", field="part.last", message=message)

    @staticmethod
    def _mismatch(number: int, entry: ManifestEntry, name: str, message: str) -> Mismatch:
        return Mismatch(where="manifest", line=number, key=f"{entry.stage}/{entry.key}", field=name, message=message)


def _compare(name: str, said: dict[str, object], found: dict[str, object]) -> Iterator[Mismatch]:
    for key, value in said.items():
        if value != found[key]:
            message = sentence("says {said}, but the manifest has {found}", said=value, found=found[key])
            yield Mismatch(where="receipt", field=f"header.{name}.{key}", message=message)


def _adds_up(said: object, found: object) -> str:
    if said is None:
        return sentence("says nothing of it, but the manifest adds up to {found}", found=found)
    if found is None:
        return sentence("says {said}, but the manifest has nothing of it", said=said)
    return sentence("says {said}, but the manifest adds up to {found}", said=said, found=found)
