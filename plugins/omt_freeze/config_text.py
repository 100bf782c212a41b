"""The line `frozen` in the text of a Service configuration (domain/README.md section 7). Bytes in, bytes out."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

WORD = b"frozen"
_ACTIVE = re.compile(rb"[ \t]*frozen[ \t]*(=.*)?", re.IGNORECASE | re.DOTALL)
"""Present and not commented means maintenance; ND whether case or a value matter, so any such line counts."""


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


def addition(content: bytes) -> bytes:
    """Return what is put behind the content to freeze it: the word on a line of its own, in the file's line ends.

    A commented line is not uncommented: what only adds can be taken back exactly.
    """
    line_end = b"\r\n" if b"\r\n" in content else b"\n"
    if content and not content.endswith(b"\n"):
        return line_end + WORD
    return WORD + line_end


def without_addition(content: bytes, added: bytes) -> bytes | None:
    """Return a text that was changed since it was frozen without the line that we added, or None if it is gone.

    Ours is the last line that is the bare word. The line end that was put before it goes with it where it still ends
    the text, so that a file which had no line end at its end has none again.
    """
    ours = [line for line in frozen_lines(content) if content[line.start : line.end] == WORD]
    if not ours:
        return None
    line = ours[-1]
    before = content[: line.start]
    if line.stop == len(content) == line.end and not added.startswith(WORD):
        line_end = added.removesuffix(WORD)
        before = before.removesuffix(line_end if before.endswith(line_end) else b"\n")
    return before + content[line.stop :]


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
