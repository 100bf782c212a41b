"""When two names are one file to Windows. Everything that compares names of files compares them by `fold`."""

from __future__ import annotations

import unicodedata
from typing import Final

_BASIC_PLANE: Final = 0x10000
_FINAL_SIGMA: Final = 0x3C2


def fold(name: str) -> str:
    """Return what two names share that Windows takes for one: upper case, letter by letter, as NTFS' `$UpCase` has it.

    One UTF-16 unit becomes one unit, never several: `ß` is not `SS`, and a ligature not its letters. A letter that is
    not the lower case of its own upper case stays (`ı`, `ſ` and the micro sign), the final sigma excepted, and so does
    everything beyond the basic plane. Accents that stand apart from their letters, as macOS writes them, are composed
    first, so that a copy made there matches.
    """
    if name.isascii():
        return name.upper()
    if not unicodedata.is_normalized("NFC", name) and unicodedata.is_normalized("NFD", name):
        name = unicodedata.normalize("NFC", name)
    return name.translate(_UPPER)


def as_opened(name: str) -> str:
    """Return the name of the file or folder that Windows opens for a name: dots and blanks behind it do not count."""
    return name.rstrip(". ") or name


class _UpperCase(dict[int, int]):
    """Windows' upper case of each letter that was asked for so far."""

    def __missing__(self, letter: int) -> int:
        upper = self[letter] = _upper(letter)
        return upper


def _upper(letter: int) -> int:
    upper = chr(letter).upper()
    if letter >= _BASIC_PLANE or len(upper) != 1:
        return letter
    return ord(upper) if letter == _FINAL_SIGMA or upper.lower() == chr(letter) else letter


_UPPER: Final = _UpperCase()
