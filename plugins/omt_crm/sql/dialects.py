"""The database systems, and how each quotes a name."""

from __future__ import annotations

from typing import Final

DBMS: Final = {"mssql": "tsql", "oracle": "oracle", "postgresql": "postgres", "sqlite": "sqlite"}
"""The names that the answers file knows, and sqlglot's names for them."""

_QUOTES: Final = {"mssql": ("[", "]")}


def quoted(name: str, dbms: str) -> str:
    """Return an identifier in the quotes of the DBMS; the only way that a name may get into a statement.

    By hand, as sqlglot does it at fifty times the price: a CRM has thousands of names.
    """
    begin, end = _QUOTES.get(dbms, ('"', '"'))
    return f"{begin}{name.replace(end, end * 2)}{end}"
