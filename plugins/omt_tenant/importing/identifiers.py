"""Names from a customer's catalogue in DuckDB's SQL. A name is hostile until it is quoted."""

from __future__ import annotations

import string

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def quoted(name: str) -> str:
    """Quote an identifier; DuckDB takes any character in one but needs at least one. Raises ValueError if empty."""
    if not name:
        raise ValueError("a name must not be empty")
    return '"' + name.replace('"', '""') + '"'


def table(name: str) -> str:
    """Quote a customer's table with its schema, so that no name can mean anything else."""
    return f"main.{quoted(name)}"


def folded(name: str) -> str:
    """Return what DuckDB compares names by: the 26 letters of ASCII without their case, all else as it is."""
    return name.translate(_LOWER)
