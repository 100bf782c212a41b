"""Names of files: when two look alike, and how any of them is told."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from omt_folders.tree import telling

_COUNTER = re.compile(r"[(\[]\d+[)\]]$|-\d+$")
"""What the product puts behind a name to make it unique: `(2)`, `[1]`, `-2` (crm.md section 6)."""


def likeness(name: str) -> str:
    """Return the letters and digits of a name, without its extension and its counter: alike names share them."""
    stem = _COUNTER.sub("", name.rpartition(".")[0] or name)
    return "".join(letter for letter in unicodedata.normalize("NFKD", stem).upper() if letter.isalnum())


def stem(name: str) -> str:
    """Return the name without its extension."""
    return name.rpartition(".")[0] or name


def on_site(path: Path, machine: Path | None) -> str:
    r"""Return a path as people on site know it: `machine/C/x` is `C:\x`, `machine/UNC/host/share/x` `\\host\share\x`.

    `machine` is the folder that stands for the machine (`Installation.root`), or None.
    """
    if machine is None or not path.is_relative_to(machine):
        return telling(str(path))
    parts = path.relative_to(machine).parts
    if parts and parts[0] == "UNC":
        return telling("\\\\" + "\\".join(parts[1:]))
    if parts and len(parts[0]) == 1:
        return telling(parts[0] + ":\\" + "\\".join(parts[1:]))
    return telling(str(path))
