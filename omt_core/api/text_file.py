"""Text that people make: in whatever encoding their editor, their shell or their spreadsheet wrote it."""

from __future__ import annotations

import codecs
import locale
import logging
from typing import Final

from omt_core.api.errors import InputError

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_log = logging.getLogger("omt.text")


def decode_text(content: bytes, place: str) -> str:
    """Return the text of a file, without a byte order mark; line ends stay as they are.

    Understood are UTF-8, UTF-16 and UTF-32 by their mark, UTF-8 and UTF-16 without one, and what is none of these in
    the machine's code page. That is a guess, and a warning of the logger `omt.text` says so of `place`, which the
    command line shows. Raises `InputError` `text-not-readable` that names the encodings, and never the text.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding, place)
    if b"\0" in content:  # no text has one: half of each character of UTF-16
        return _decoded(content, "utf-16-le" if content[1::2].count(0) >= content[::2].count(0) else "utf-16-be", place)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        text = _decoded(content, code_page(), place)
        _log.warning("%s is not in UTF-8: it was read as %s.", place, _spoken(code_page()))
        return text


def code_page() -> str:
    """Return the machine's code page; where the machine's own is UTF-8, that of Windows in Western Europe."""
    own = codecs.lookup(locale.getencoding()).name
    return "cp1252" if own in {"utf-8", "ascii"} else own


def _decoded(content: bytes, encoding: str, place: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise InputError(
            "text-not-readable",
            f"{place} is no text in UTF-8, UTF-16 or {_spoken(code_page())}.",
            "Save it in UTF-8; most editors ask for the encoding when a file is saved under another name.",
        ) from None


def _spoken(encoding: str) -> str:
    return f"Windows-{encoding[2:]}" if encoding.startswith("cp125") else encoding.upper()
