"""Text on its way to a person, figures and rows of names; and text that people make, in whatever encoding.

Names come from databases and disks: anything may be in them.
"""

from __future__ import annotations

import codecs
import json
import locale
import logging
import re
import shlex
import sys
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final

from omt_core.api.errors import TEXT_NOT_READABLE
from omt_core.api.sentence import Sentence, changed, joined, plural, sentence

_JOINERS = frozenset("\u200c\u200d")
"""Format characters that words and emoji are made with; they hide nothing."""


_UNITS: Final[Sequence[Callable[[float], Sentence]]] = (
    lambda count: plural(round(count), "{number:,} byte", "{number:,} bytes"),
    lambda count: sentence("{size:,.1f} KB", size=count),
    lambda count: sentence("{size:,.1f} MB", size=count),
    lambda count: sentence("{size:,.1f} GB", size=count),
    lambda count: sentence("{size:,.1f} TB", size=count),
    lambda count: sentence("{size:,.1f} PB", size=count),
)
_STEP: Final = 1024


def byte_size(count: float) -> Sentence:
    """Write a number of bytes with one decimal, in steps of 1024 (W74): `39.1 KB`."""
    step = 0
    while count >= _STEP and step < len(_UNITS) - 1:
        count, step = count / _STEP, step + 1
    return _UNITS[step](count)


def byte_rate(count: float) -> Sentence:
    """Write bytes a second: `39.1 KB/s`."""
    return sentence("{size}/s", size=byte_size(count))


def quantity(number: int, one: str, many: str = "") -> Sentence:
    """Write a number with its noun: `1 file`, `1,200 files`. `many` is needed where it is more than an s longer."""
    return Sentence(f"{{number:,}} {one if number == 1 else many or f'{one}s'}", {"number": number})


def duration(seconds: float) -> str:
    """Write seconds as `hh:mm:ss` (W77)."""
    whole = max(0, round(seconds))
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def local_time(moment: datetime) -> Sentence:
    """Say when, by the clock of this machine and with its zone: `2026-11-29 22:04 +0100`.

    Each language has its own order of year, month and day.
    """
    local = moment.astimezone()
    return sentence(
        "{year}-{month}-{day} {time} {zone}",
        year=f"{local:%Y}", month=f"{local:%m}", day=f"{local:%d}", time=f"{local:%H:%M}", zone=f"{local:%z}",
    )  # fmt: skip


def calendar_day(day: date) -> Sentence:
    """Say which day: `2026-11-29`; each language has its own order of year, month and day."""
    return sentence("{year}-{month}-{day}", year=f"{day:%Y}", month=f"{day:%m}", day=f"{day:%d}")


def listing(words: Sequence[str], shown: int = 5, separator: str = ", ") -> str:
    """Return the first few of these words for a sentence, and how many more there are."""
    named = joined(words[:shown], separator)
    return sentence("{names} and {more:,} more", names=named, more=len(words) - shown) if len(words) > shown else named


_PLAIN_ON_WINDOWS: Final = re.compile(r"[\w\\:./@+-]+")
"""Words that neither cmd.exe nor PowerShell reads anything into."""


def command_line(*words: object, windows: bool = sys.platform == "win32") -> str:
    """Write a command as a person types it on this system: a word with blanks, a path say, stands in quotes."""
    texts = [str(word) for word in words]
    return " ".join(map(_quoted_on_windows, texts)) if windows else shlex.join(texts)


def _quoted_on_windows(word: str) -> str:
    if _PLAIN_ON_WINDOWS.fullmatch(word):
        return word
    ending = len(word) - len(word.rstrip("\\"))  # each would else be read together with the quote behind it
    return f'"{word}{word[len(word) - ending :]}"'


_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def spreadsheet_cell(text: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula: it gets an apostrophe in front."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def text_of_cell(cell: str) -> str:
    """Take away what `spreadsheet_cell` put in front."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell


def one_line(text: object) -> str:
    r"""Return text on one line that hides nothing and that any output can encode.

    Control characters, line feeds among them, marks that turn the direction of text, and surrogates of names that are
    no text become escapes (`\n`, `\u001b`, `\u202e`, `\udc80`), so that no name forges a line or looks like another.
    They are JSON's own: a line of JSON stays what it was. A `Sentence` stays one.
    """
    return changed(text if isinstance(text, str) else str(text), _escaped)


def _escaped(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(json.dumps(char)[1:-1] if _is_hidden(char) else char for char in line)


def _is_hidden(char: str) -> bool:
    return not char.isprintable() and unicodedata.category(char) not in {"Zs", "Cn", "Co"} and char not in _JOINERS


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
        text, spoken = _decoded(content, code_page(), place), _spoken(code_page())
        _log.warning(sentence("{place} is not in UTF-8: it was read as {code_page}.", place=place, code_page=spoken))
        return text


def code_page() -> str:
    """Return the machine's code page; where the machine's own is UTF-8, that of Windows in Western Europe."""
    own = codecs.lookup(locale.getencoding()).name
    return "cp1252" if own in {"utf-8", "ascii"} else own


def _decoded(content: bytes, encoding: str, place: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise TEXT_NOT_READABLE.error(
            sentence("{place} is no text in UTF-8, UTF-16 or {code_page}.", place=place, code_page=_spoken(code_page()))
        ) from None


def _spoken(encoding: str) -> str:
    return f"Windows-{encoding[2:]}" if encoding.startswith("cp125") else encoding.upper()
