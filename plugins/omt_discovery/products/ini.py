"""Reads ini files as the Windows profile functions do (crm.md section 1, SuperOffice.ini).

Sections and keys in any case; the first hit wins; blanks round names and values, and one pair of quotes round a value,
are taken off; lines that begin with `;` are comments; whatever else is no `key=value` is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping

_BLANKS = " \t\r\v\f\0"
_QUOTES = "\"'"
_SHORTEST_QUOTED = 2


class IniFile:
    """The values of an ini file by section and key."""

    def __init__(self, text: str) -> None:
        self._values: Mapping[tuple[str, str], str] = _read(text)

    def get(self, section: str, key: str) -> str | None:
        """Return a value that is not empty, or None: an empty value is as good as none to the product."""
        return self._values.get((section.casefold(), key.casefold())) or None


def _read(text: str) -> dict[tuple[str, str], str]:
    values: dict[tuple[str, str], str] = {}
    section: str | None = None
    for raw in text.split("\n"):
        line = raw.strip(_BLANKS)
        if line.startswith("["):
            section = line[1:].partition("]")[0].strip(_BLANKS).casefold()
        elif section is not None and line and not line.startswith(";"):
            key, equals, value = line.partition("=")
            if equals:
                values.setdefault((section, key.strip(_BLANKS).casefold()), _unquoted(value.strip(_BLANKS)))
    return values


def _unquoted(value: str) -> str:
    if len(value) >= _SHORTEST_QUOTED and value[0] == value[-1] and value[0] in _QUOTES:
        return value[1:-1]
    return value
