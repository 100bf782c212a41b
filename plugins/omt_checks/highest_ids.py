"""The highest id of every table, in a few statements however many tables there are.

It is not asked for in the snapshot that goes online: there PostgreSQL keeps everybody from rebuilding a table that was
looked at until the snapshot ends, and the export itself bears with a table that is rebuilt (`database-table-rebuilt`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from omt_core.api import SourceDatabase, Table
from omt_crm.numbers import whole_number

TABLES_PER_STATEMENT: Final = 40
"""Well below what any DBMS allows in one UNION."""

_WHOLE_NUMBERS: Final = frozenset(
    {"INT", "INTEGER", "BIGINT", "SMALLINT", "NUMBER", "NUMERIC", "DECIMAL", "INT4", "INT8"}
)


def id_column(table: Table) -> str | None:
    """Return the column of a table's ids: its primary key if that is one number (section 2), or None."""
    if len(table.primary_key) != 1:
        return None
    column = next((one for one in table.columns if one.name.lower() == table.primary_key[0].lower()), None)
    if column is None or column.type_name.upper().partition("(")[0].strip() not in _WHOLE_NUMBERS:
        return None
    return column.name


async def highest_ids(database: SourceDatabase, *, below: int | None = None) -> Mapping[str, int]:
    """Return the highest id of each table that has rows, by the table's name as the catalogue spells it.

    `below` looks at smaller ids only. The database answers from its primary keys' indexes.
    """
    keyed = [(table, column) for table in database.tables.values() if (column := id_column(table)) is not None]
    found = await _asked(database, keyed)
    if below is None:
        return found
    # Of few tables is the highest id not below: the others need not be asked again.
    beyond = [(table, column) for table, column in keyed if found.get(table.name, below - 1) >= below]
    within = {name: highest for name, highest in found.items() if highest < below}
    return within | await _asked(database, beyond, below)


async def _asked(
    database: SourceDatabase, keyed: Sequence[tuple[Table, str]], below: int | None = None
) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(keyed), TABLES_PER_STATEMENT):
        some = keyed[start : start + TABLES_PER_STATEMENT]
        statement = highest_ids_statement(some, below=below is not None)
        parameters = () if below is None else (below,) * len(some)
        for number, highest in await database.rows(statement, parameters):
            if highest is not None:
                found[some[whole_number(number)][0].name] = whole_number(highest)
    return found


def highest_ids_statement(tables: Sequence[tuple[Table, str]], *, below: bool) -> str:
    """Return neutral SQL that asks for the place in the list and the highest id of each table.

    Names come from the catalogue and stand in double quotes; the renderer looks each up in the catalogue again.
    """
    return " UNION ALL ".join(
        f"SELECT {number}, MAX(t.{_quoted(column)}) FROM {_quoted(table.name)} t"  # noqa: S608 - names of the catalogue
        + (f" WHERE t.{_quoted(column)} < ?" if below else "")
        for number, (table, column) in enumerate(tables)
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
