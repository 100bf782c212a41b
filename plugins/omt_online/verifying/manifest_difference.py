"""Tell in which lines two manifests differ, item by item and field by field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from omt_core.api import ManifestEntry, sentence
from omt_protocol.receipt import ManifestLine, Mismatch, read_manifest

FIELDS = ("name", "size", "digest", "reason", "part")


def differing_lines(ours: Path, theirs: Path, where: str) -> Iterator[Mismatch]:
    """Walk two sorted manifests side by side, with flat memory; `where` names the second one."""
    left, right = read_manifest(ours), read_manifest(theirs)
    mine, other = next(left, None), next(right, None)
    while mine is not None or other is not None:
        if other is None or (mine is not None and _place(mine) < _place(other)):
            yield _mismatch(where, mine, "key", sentence("is not there"))
            mine = next(left, None)
        elif mine is None or _place(other) < _place(mine):
            yield _mismatch(where, other, "key", sentence("is there, but not in the manifest beside the receipt"))
            other = next(right, None)
        else:
            if mine.text != other.text:
                yield from _fields(where, mine, other.entry)
            mine, other = next(left, None), next(right, None)


def _fields(where: str, line: ManifestLine, other: ManifestEntry) -> Iterator[Mismatch]:
    for field in FIELDS:
        said, found = getattr(line.entry, field), getattr(other, field)
        if said != found:
            yield _mismatch(
                where, line, field, sentence("is {found}, but {said} beside the receipt", found=found, said=said)
            )


def _place(line: ManifestLine) -> tuple[str, str]:
    return line.entry.stage, line.entry.key


def _mismatch(where: str, line: ManifestLine | None, field: str, message: str) -> Mismatch:
    if line is None:
        raise ValueError("a mismatch is about a line")
    key = f"{line.entry.stage}/{line.entry.key}"
    return Mismatch(where=where, line=line.number, key=key, field=field, message=message)
