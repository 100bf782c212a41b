"""Reads an ODBC connection string: `KEYWORD=value;KEYWORD={va;lue}`."""

from __future__ import annotations

import re

_PAIR = re.compile(r"\s*([^=;]+?)\s*=\s*(?:\{((?:[^}]|\}\})*)\}|([^;]*))\s*(?:;|$)")


def read_odbc_string(text: str) -> dict[str, str]:
    """Its values by keyword in lower case; braces round a value are taken off."""
    found: dict[str, str] = {}
    for keyword, braced, plain in _PAIR.findall(text):
        found.setdefault(keyword.lower(), braced.replace("}}", "}") if braced else plain.strip())
    return found
