"""The database systems, and how each quotes a name."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sqlglot import exp

DBMS: Final = {"mssql": "tsql", "oracle": "oracle", "postgresql": "postgres", "sqlite": "sqlite"}
"""The names that the answers file knows, and sqlglot's names for them."""

NAMES_KEPT: Final = 10_000
"""Names whose quoted form is kept: a CRM has some thousand different ones, and each is asked for again and again."""


@lru_cache(NAMES_KEPT)
def quoted(name: str, dbms: str) -> str:
    """Return an identifier in the quotes of the DBMS; the only way that a name may get into a statement."""
    return exp.to_identifier(name, quoted=True).sql(dialect=DBMS[dbms])
