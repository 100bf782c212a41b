"""Manifest lines: what each item of a migration is, as one JSON object per line (docs/reference/receipt.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from omt_core.api import ManifestEntry, TablePart, sentence

DATABASE_STAGE = "database"
"""The stage whose items are parts of tables; the items of all others are files."""

LINE_LIMIT = 1 << 20
"""The longest line that is read, in bytes, so that a hostile manifest cannot fill the memory."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_PLAIN = r'([^"\\\x00-\x1f]*)'
"""A JSON text that needs no escapes."""

_ORDINARY_LINE = (
    rf'{{"stage":"{_PLAIN}","key":"{_PLAIN}","name":"{_PLAIN}"'
    r',"size":(0|[1-9][0-9]{0,17}),"digest":"([0-9a-f]{64})"}'
)
_ORDINARY = re.compile(_ORDINARY_LINE)
"""A line of a file without escapes, as nearly all are: what matches is canonical, so that it need not be written anew
to be compared."""

_ORDINARY_LINES = re.compile(_ORDINARY_LINE + "\n")
_AROUND_COLUMNS = len('{"stage":"","key":"","name":"","size":,"digest":""}\n')

_SURROGATE = re.compile("[\ud800-\udfff]")


class ManifestLineError(ValueError):
    """A line is not what the format demands; `field` names the part of it that is wrong, `path` the file."""

    def __init__(self, field: str, message: str, path: Path | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.path = path


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestLine:
    """A line as it stands in the file: `number` counts from 1, `text` has no line feed."""

    number: int
    text: bytes
    entry: ManifestEntry


def manifest_line(entry: ManifestEntry) -> bytes:
    """Write an entry in canonical form, without the line feed."""
    record: dict[str, object] = {
        "stage": entry.stage,
        "key": entry.key,
        "name": entry.name,
        "size": entry.size,
        "digest": entry.digest,
    }
    if entry.reason:
        record["reason"] = entry.reason
    if entry.part is not None:
        record["part"] = {
            "table": entry.part.table,
            "number": entry.part.number,
            "rows": entry.part.rows,
            "fingerprint": entry.part.fingerprint,
            "last": entry.part.last,
            "omitted_columns": list(entry.part.omitted_columns),
        }
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    if _SURROGATE.search(text):
        # Two that make a pair are one character; JSON's readers would join them, and the line would not be canonical.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text.encode("utf-8", "backslashreplace")


def parse_line(line: bytes) -> ManifestEntry:
    """Read a line without its line feed; raises `ManifestLineError` unless it is exactly in canonical form."""
    try:
        ordinary = _ORDINARY.fullmatch(line.decode())
    except UnicodeDecodeError as error:
        raise ManifestLineError("line", sentence("is not JSON in UTF-8: {reason}", reason=error)) from error
    if ordinary is not None:
        stage, key, name, size, digest = ordinary.groups()
        return ManifestEntry(stage=stage, key=key, name=name, size=int(size), digest=digest)
    return _parse_any(line)


def ordinary_columns(lines: bytes) -> tuple[Sequence[str], ...] | None:
    """Return stages, keys, names, sizes and digests of whole lines; None unless all are of files and without escapes.

    Each is what `parse_line` finds in its line, a size as it is written.
    """
    try:
        text = lines.decode()
    except UnicodeDecodeError:
        return None
    columns = tuple(zip(*_ORDINARY_LINES.findall(text), strict=True))
    if not columns or len(text) != _AROUND_COLUMNS * len(columns[0]) + sum(sum(map(len, one)) for one in columns):
        return None  # something stands between the lines that were found
    return columns


def _parse_any(line: bytes) -> ManifestEntry:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ManifestLineError("line", sentence("is not JSON in UTF-8: {reason}", reason=error)) from error
    if not isinstance(record, dict):
        raise ManifestLineError("line", sentence("is not a JSON object"))
    entry = _entry(record)
    if manifest_line(entry) != line:
        raise ManifestLineError("line", sentence("is not in canonical form"))
    return entry


def read_manifest(path: Path) -> Iterator[ManifestLine]:
    """Yield the lines of a manifest; memory does not grow with it. A `ManifestLineError` names the line's number."""
    with path.open("rb") as file:
        for number, text in enumerate(iter(lambda: file.readline(LINE_LIMIT), b""), start=1):
            try:
                entry = parse_line(_without_line_feed(text))
            except ManifestLineError as error:
                raise ManifestLineError(
                    error.field,
                    sentence("line {line}: {field}: {what}", line=number, field=error.field, what=error),
                    path,
                ) from error
            yield ManifestLine(number=number, text=text[:-1], entry=entry)


def write_manifest(path: Path, entries: Iterable[ManifestEntry]) -> int:
    """Write entries, already sorted, to a new file and return how many there were."""
    count = 0
    with path.open("xb") as file:
        for entry in entries:
            file.write(manifest_line(entry) + b"\n")
            count += 1
    return count


def _without_line_feed(text: bytes) -> bytes:
    if not text.endswith(b"\n"):
        raise ManifestLineError("line", sentence("is too long, or has no line feed at its end"))
    return text[:-1]


def _entry(record: Mapping[str, object]) -> ManifestEntry:
    digest, reason = record.get("digest"), _text(record, "reason") if "reason" in record else ""
    if digest is not None and not (isinstance(digest, str) and _DIGEST.fullmatch(digest)):
        raise ManifestLineError("digest", sentence("is neither null nor 64 hexadecimal digits in lower case"))
    if (digest is None) != bool(reason):
        raise ManifestLineError("reason", sentence("stands exactly where there is no digest"))
    part = record.get("part")
    return ManifestEntry(
        stage=_text(record, "stage"),
        key=_text(record, "key"),
        name=_text(record, "name"),
        size=_number(record, "size"),
        digest=digest,
        reason=reason,
        part=None if part is None else _part(part),
    )


def _part(part: object) -> TablePart:
    if not isinstance(part, dict):
        raise ManifestLineError("part", sentence("is not a JSON object"))
    fingerprint, last, omitted = part.get("fingerprint"), part.get("last"), part.get("omitted_columns")
    if not (isinstance(fingerprint, str) and _FINGERPRINT.fullmatch(fingerprint)):
        raise ManifestLineError("part.fingerprint", sentence("is not 32 hexadecimal digits in lower case"))
    if not isinstance(last, bool):
        raise ManifestLineError("part.last", sentence("is neither true nor false"))
    if not (isinstance(omitted, list) and all(isinstance(column, str) for column in omitted)):
        raise ManifestLineError("part.omitted_columns", sentence("is not a list of texts"))
    return TablePart(
        table=_text(part, "table"),
        number=_number(part, "number"),
        rows=_number(part, "rows"),
        fingerprint=fingerprint,
        last=last,
        omitted_columns=tuple(omitted),
    )


def _text(record: Mapping[str, object], field: str) -> str:
    value = record.get(field)
    if not isinstance(value, str):
        raise ManifestLineError(field, sentence("is not a text"))
    return value


def _number(record: Mapping[str, object], field: str) -> int:
    value = record.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ManifestLineError(field, sentence("is not a whole number from 0 up"))
    return value
