"""The line `frozen` in the text of a Service configuration (crm.md section 7). Bytes in, bytes out."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from omt_core.api import one_line
from omt_freeze.mark import Mark, find_mark

WORD = b"frozen"
_ACTIVE = re.compile(rb"[ \t]*frozen[ \t]*(=.*)?", re.IGNORECASE | re.DOTALL)
"""Present and not commented means maintenance; ND whether case or a value matter, so any such line counts."""


_COMMENT = "# Frozen by the Online Migration Tool "
"""How our comment begins; what follows is the mark, where the workspace is, and what the file was before."""


_WORKSPACE = re.compile(", workspace (.*); the file before had")


class Span(NamedTuple):
    """Where a line is: from `start` to the end of its text, and to `stop`, the start of the next line."""

    start: int
    end: int
    stop: int


def is_bytewise_text(content: bytes) -> bool:
    """Tell whether ASCII letters are single bytes here, which they are not in UTF-16."""
    return not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def frozen_lines(content: bytes) -> list[Span]:
    """Return the lines that freeze the Service."""
    return [line for line in _lines(content) if _ACTIVE.fullmatch(content, line.start, line.end)]


def addition(content: bytes, mark: Mark, workspace: Path | None = None) -> bytes:
    """Return what is put behind the content to freeze it: a comment with the mark and the word, each on its own line.

    The line ends are those of the file. A commented line is not uncommented: what only adds can be taken back exactly.
    """
    place = "" if workspace is None else f", workspace {one_line(workspace)}"
    told = f"{_COMMENT}{mark}{place}; the file before had the sha256 {hashlib.sha256(content).hexdigest()}"
    line_end = b"\r\n" if b"\r\n" in content else b"\n"
    lines = told.encode("ascii", "backslashreplace") + line_end + WORD
    return line_end + lines if content and not content.endswith(b"\n") else lines + line_end


def without_addition(content: bytes, added: bytes) -> bytes | None:
    """Return a text that was changed since it was frozen without the lines that we added, or None if they are gone.

    Ours is the last line that is the bare word below our comment, and that comment; the last that is the bare word
    where somebody took the comment out. The line end that was put before them goes
    with them where they still end the text, so that a file which had no line end at its end has none again.
    """
    ours = [line for line in frozen_lines(content) if content[line.start : line.end] == WORD]
    if not ours:
        return None
    line_end = added[: len(added) - len(added.lstrip(b"\r\n"))]
    return _cut(content, ([line for line in ours if _comment_before(content, line)] or ours)[-1], line_end)


class Marked(NamedTuple):
    """An addition that the text shows: its mark and workspace, the text without it, whether that is what was before.

    `added` is what was put into the text, from our comment on; with the line end before it where both end the text.
    """

    mark: Mark
    workspace: str
    before: bytes
    exact: bool
    added: bytes


def marked_addition(content: bytes) -> Marked | None:
    """Return the first addition that bears a mark, or None."""
    for line in frozen_lines(content):
        comment = _comment_before(content, line)
        if comment is None or content[line.start : line.end] != WORD:
            continue
        text = content[comment.start : comment.end].decode("ascii", "replace")
        mark = find_mark(text)
        if mark is not None:
            # Which line end was put before it, if any, the digest of what was there before tells.
            ways = [_cut(content, line, line_end) for line_end in (b"\r\n", b"\n", b"")]
            exact = next((one for one in ways if text.endswith(hashlib.sha256(one).hexdigest())), None)
            place = _WORKSPACE.search(text)
            before = ways[0] if exact is None else exact
            added = content.removeprefix(before) if line.stop == len(content) else content[comment.start : line.stop]
            return Marked(mark, place[1] if place else "", before, exact is not None, added)
    return None


def _cut(content: bytes, line: Span, line_end: bytes) -> bytes:
    """Return the content without a line of ours and its comment; at its end also without the line end before."""
    comment = _comment_before(content, line)
    before = content[: line.start if comment is None else comment.start]
    if line_end and line.stop == len(content) == line.end:
        before = before.removesuffix(line_end if before.endswith(line_end) else b"\n")
    return before + content[line.stop :]


def _comment_before(content: bytes, line: Span) -> Span | None:
    above = next((one for one in _lines(content) if one.stop == line.start), None)
    return above if above and content.startswith(_COMMENT.encode(), above.start) else None


def _lines(content: bytes) -> Iterator[Span]:
    start = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
    while start < len(content):
        newline = content.find(b"\n", start)
        stop = newline + 1 if newline >= 0 else len(content)
        end = stop if newline < 0 else newline
        # Also one at the very end, which an addition would make part of a line end.
        while end > start and content[end - 1 : end] == b"\r":
            end -= 1
        yield Span(start, end, stop)
        start = stop
