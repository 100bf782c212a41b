"""Manifest lines: what each item is, as one canonical JSON object per line (docs/reference/receipt.md)."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Final

from omt_core.api import ManifestEntry, OnlineRefusedError, TablePart
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from omt_object_store.layout import Digest, Size

DATABASE_STAGE: Final = "database"
"""The stage whose items are parts of tables; the items of all others are files."""

_LINE_LIMIT: Final = 1 << 20
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    table: str
    number: Size
    rows: Size
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    last: bool
    omitted_columns: list[str]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    stage: str
    key: str
    name: str
    size: Size
    digest: Digest | None
    reason: Annotated[str, Field(min_length=1)] | None = None
    part: _Part | None = None


def parse_line(line: bytes, number: int) -> ManifestEntry:
    """Read a line without its line feed. Raises `OnlineRefusedError` unless it is exactly in canonical form."""
    try:
        # Pydantic's own reader refuses the lone surrogates that a hostile name may hold.
        read = _Line.model_validate(json.loads(line))
        canonical = _canonical(read.model_dump(exclude_none=True, exclude={"digest"}), read.digest)
    except (ValidationError, ValueError, RecursionError) as error:
        raise malformed(f"line {number} is not one of the format") from error
    if canonical != line:
        raise malformed(f"line {number} is not in canonical form")
    if (read.digest is None) != (read.reason is not None):
        raise malformed(f"line {number} must have a reason exactly where it has no digest")
    if read.part is not None and read.stage != DATABASE_STAGE:
        raise malformed(f"line {number} is a part of a table outside the stage {DATABASE_STAGE}")
    part = read.part
    return ManifestEntry(
        stage=read.stage,
        key=read.key,
        name=read.name,
        size=read.size,
        digest=read.digest,
        reason=read.reason or "",
        part=None
        if part is None
        else TablePart(
            table=part.table,
            number=part.number,
            rows=part.rows,
            fingerprint=part.fingerprint,
            last=part.last,
            omitted_columns=tuple(part.omitted_columns),
        ),
    )


async def split_lines(blocks: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """Cut a manifest into lines without their line feeds, in batches. Raises `OnlineRefusedError` for what is none."""
    rest = b""
    async for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) >= _LINE_LIMIT or any(len(line) >= _LINE_LIMIT for line in lines):
            raise malformed("a line is too long")
        yield lines
    if rest:
        raise malformed("the last line has no line feed at its end")


def malformed(reason: str) -> OnlineRefusedError:
    """Say why a manifest is none."""
    return OnlineRefusedError(
        "manifest-malformed", f"The manifest was not taken: {reason}.", "See docs/reference/receipt.md, Manifest."
    )


def _canonical(rest: dict[str, object], digest: str | None) -> bytes:
    order = ("stage", "key", "name", "size", "digest", "reason", "part")
    known = {**rest, "digest": digest}
    text = json.dumps({name: known[name] for name in order if name in known}, ensure_ascii=False, separators=(",", ":"))
    if _SURROGATE.search(text):
        # Two that make a pair are one character; JSON's readers would join them, and the line would not be canonical.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text.encode("utf-8", "backslashreplace")
