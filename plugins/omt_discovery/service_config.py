"""Reads the `config` file of Customer Service: lines `key = value`, `#` for comments (domain/README.md section 1)."""

from __future__ import annotations

from collections.abc import Mapping


def read_service_config(text: str) -> Mapping[str, str]:
    """Return its values by lower-case key, empty ones left out; ND which of two equal keys counts: the first."""
    values: dict[str, str] = {}
    for raw in text.split("\n"):
        line = raw.strip(" \t\r\v\f\0")
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            values.setdefault(key.strip().casefold(), value.strip())
    return {key: value for key, value in values.items() if value}
