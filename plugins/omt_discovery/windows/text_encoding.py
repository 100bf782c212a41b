"""The encodings that Windows programs write text files in."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

ANSI = "cp1252"
"""The code page of files without a mark where neither the machine nor a setting tells it: Western European."""


def code_page(name: str) -> str | None:
    """Return Python's name of a Windows code page, such as `1250` or `cp1250`; None for one that it does not know."""
    digits = name.strip().lower().removeprefix("cp")
    try:
        return codecs.lookup("utf-8" if digits == "65001" else f"cp{digits}").name
    except LookupError:
        return None


def decode_marked(content: bytes) -> str | None:
    """Decode a text that says its encoding by a byte order mark; None when it does not. What is no text is replaced."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace")
    return None


def decode_ansi(content: bytes, ansi: str = ANSI) -> str:
    """Decode as the profile functions of Windows do: by the mark, else in the ANSI code page."""
    marked = decode_marked(content)
    return content.decode(ansi, errors="replace") if marked is None else marked


def decode_utf8_or_ansi(content: bytes, ansi: str = ANSI) -> str:
    """Decode by the mark, else as UTF-8 where it is that, else in the ANSI code page."""
    marked = decode_marked(content)
    if marked is not None:
        return marked
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode(ansi, errors="replace")
