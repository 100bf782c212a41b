"""Names from databases and disks that must not become part of a path.

Windows' rules, by hand, so that the same name gets the same verdict wherever the tool runs: what is harmless here may
open a device or another folder where the archive is restored.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import PureWindowsPath
from typing import Final

from omt_core.api import Sentence, sentence

LONGEST_NAME = 255
"""UTF-16 units in one component on NTFS."""

_ILLEGAL = frozenset('<>"|?*')

_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{digit}" for port in ("COM", "LPT") for digit in "123456789¹²³"}
)


def _is_device(name: str) -> bool:
    # A device is meant whatever extension follows, and whatever spaces stand before the extension.
    return PureWindowsPath(name).name.partition(".")[0].rstrip(" ").upper() in _DEVICES


def _has_control(name: str) -> bool:
    return any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in name)


_RULES: Final[tuple[tuple[Callable[[str], bool], Sentence], ...]] = (
    (lambda name: not name.strip(), sentence("is blank")),
    (lambda name: name in {".", ".."}, sentence("is a relative folder")),
    (lambda name: "/" in name or "\\" in name, sentence("contains a path separator")),
    # A drive ("C:x") or an alternate data stream ("x.doc:hidden").
    (lambda name: ":" in name, sentence("contains a colon")),
    (_has_control, sentence("contains a control character")),
    (
        lambda name: not _ILLEGAL.isdisjoint(name),
        sentence("contains a character that Windows does not allow"),
    ),
    # Windows drops these, so that the name would mean another file.
    (lambda name: name[-1] in ". ", sentence("ends in a dot or a space")),
    (_is_device, sentence("is a reserved device name")),
    (
        lambda name: len(name.encode("utf-16-le")) // 2 > LONGEST_NAME,
        sentence("is longer than {limit} characters", limit=LONGEST_NAME),
    ),
)
"""In the order in which they are tried; each may rely on those before it."""


def refuse_reason(name: str) -> Sentence | None:
    """Say why a single file or folder name must not be used, in words that follow "the name", or None if it may."""
    return next((reason for applies, reason in _RULES if applies(name)), None)
