"""Rendering of neutral SQL for one DBMS and one catalogue. Pure: values in, text out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import sqlglot
from sqlglot import exp

from omt_core.api import DATABASE_TABLE_MISSING, Column, InstallationError, Table, sentence
from omt_crm.errors import DATABASE_COLUMN_MISSING
from omt_crm.sql.dialects import DBMS, quoted

Catalogue: TypeAlias = Mapping[str, Table]
"""The tables of the CRM's owner by lower-case name; of those that differ in case only, others by their own."""

_Sources: TypeAlias = Mapping[str, Table | None]
"""What a query reads from, by lower-case alias: a table of the catalogue, or None for a sub-query."""

_STATEMENTS: Final = frozenset({"select", "union", "insert", "update", "delete"})

_BETWEEN: Final = " UNION ALL "
_VARIED: Final = re.compile(r'"((?:[^"]|"")+)"|(?<![\w"])(\d+)(?!\w)')
"""What parts of a UNION may differ in: a quoted name, or a whole number."""
_PLAIN: Final = re.compile(r"SELECT [\w .,()<>=?\0\1]+", re.ASCII)
"""A part without these: no text and no comment."""
_STANDS_FOR: Final = 900_000_000
"""What stands for a name or a number in the part that is parsed has its place added to this."""

_QUERIES: Final = (exp.Select, exp.Delete, exp.Insert, exp.Update)


def render(sql: str, *, catalogue: Catalogue, dbms: str, owner: str | None) -> str:
    """Return the statement as this DBMS takes it, with `?` for its parameters.

    `owner` is the schema as the catalogue spells it, or None where tables have none (SQLite). Raises
    `InstallationError` `database-table-missing`, `database-column-missing` for a column that is written to, and
    ValueError for a statement that breaks the rules of `omt_crm.sql`.
    """
    united = _united(sql.split(_BETWEEN), catalogue, dbms, owner)
    return _rendered(sql, catalogue, dbms, owner) if united is None else united


def _rendered(sql: str, catalogue: Catalogue, dbms: str, owner: str | None) -> str:
    statement = sqlglot.parse_one(sql)
    if statement.key not in _STATEMENTS:
        raise ValueError(f"Neither SELECT nor INSERT, UPDATE or DELETE: {sql}")
    # All at once, before any is changed: to go through a statement takes as long as to parse it.
    parts = list(statement.walk())
    derived = frozenset(part.alias.lower() for part in parts if isinstance(part, exp.CTE))
    # Columns before tables: to tell whose a column is, the tables' names must still be the neutral ones.
    sources = {id(part): dict(_sources(part, catalogue, derived)) for part in parts if isinstance(part, _QUERIES)}
    columns = [part for part in parts if isinstance(part, exp.Column) and not _is_result_alias(part)]
    for column in columns:
        _spell_column(column, sources)
    for part in parts:
        if isinstance(part, exp.Table):
            _spell_table(part, catalogue, owner, derived)
        elif isinstance(part, exp.Insert):
            _spell_written_columns(part, sources[id(part)])
        elif isinstance(part, exp.Placeholder):
            # As a plain word, since sqlglot would spell it in the manner of each system's own driver (`%s`).
            part.replace(exp.var("?"))
    return statement.sql(dialect=DBMS[dbms], identify=True, copy=False)


def _sources(
    query: exp.Expression, catalogue: Catalogue, derived: frozenset[str]
) -> Iterator[tuple[str, Table | None]]:
    for source in _from_clause(query):
        if isinstance(source, exp.Table) and source.name.lower() not in derived:
            yield source.alias_or_name.lower(), _known(source.name, catalogue)
        else:
            yield source.alias_or_name.lower(), None


def _from_clause(query: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(query, exp.Insert):
        yield query.find(exp.Table) or query
        return
    if isinstance(query, exp.Delete | exp.Update):
        yield query.this
        return
    clause = query.args.get("from_") or query.args.get("from")
    if clause is not None:
        yield clause.this
    for join in query.args.get("joins") or ():
        yield join.this


def _known(name: str, catalogue: Catalogue) -> Table:
    table = catalogue.get(name) or catalogue.get(name.lower())
    if table is None:
        raise DATABASE_TABLE_MISSING.error(
            sentence("The database has no table {name}, which is needed here.", name=repr(name))
        )
    return table


def _spell_column(column: exp.Column, sources: Mapping[int, _Sources]) -> None:
    owner = _owner_of(column, sources)
    if owner is not None:
        spelling = _spelling(owner, column.name)
        if spelling is None and _is_written(column):
            raise _not_writable(column.name)
        if spelling is None:
            _read_as_null(column)
            return
        column.set("this", exp.to_identifier(spelling, quoted=True))
    else:
        column.set("this", exp.to_identifier(column.name.lower(), quoted=True))
    if column.table:
        column.set("table", exp.to_identifier(column.table.lower(), quoted=True))


def _owner_of(column: exp.Column, sources: Mapping[int, _Sources]) -> Table | None:
    """Return the table that a column belongs to, or None for a column of a sub-query."""
    query = column.find_ancestor(*_QUERIES)
    qualifier = column.table.lower()
    while query is not None:
        own = sources[id(query)]
        if qualifier in own:
            return own[qualifier]
        if not qualifier:
            if len(own) > 1:
                raise ValueError(f"Qualify the column {column.name!r}: the query reads from several tables.")
            return next(iter(own.values()), None)
        query = query.find_ancestor(*_QUERIES)
    raise ValueError(f"The column {column.sql()} belongs to no table of the statement.")


def _is_result_alias(column: exp.Column) -> bool:
    query = column.find_ancestor(*_QUERIES)
    if query is None or column.table or column.find_ancestor(exp.Order) is None:
        return False
    return any(isinstance(result, exp.Alias) and result.alias == column.name for result in query.expressions)


def _spelling(table: Table, column: str) -> str | None:
    alike = [known.name for known in table.columns if known.name.lower() == column.lower()]
    return column if column in alike else next(iter(alike), None)


def _read_as_null(column: exp.Column) -> None:
    parent = column.parent
    if isinstance(parent, exp.Ordered):
        # SQL Server refuses a constant sort key, and one that is the same for all rows sorts nothing.
        order = parent.parent
        parent.pop()
        if isinstance(order, exp.Order) and not order.expressions:
            order.pop()
    elif isinstance(parent, exp.Select) and column.arg_key == "expressions":
        column.replace(exp.alias_(exp.Null(), column.name.lower(), quoted=True))
    else:
        column.replace(exp.Null())


def _spell_table(table: exp.Table, catalogue: Catalogue, owner: str | None, derived: frozenset[str]) -> None:
    if table.name.lower() in derived:
        table.set("this", exp.to_identifier(table.name.lower(), quoted=True))
        return
    known = _known(table.name, catalogue)
    alias = table.alias_or_name.lower()
    table.set("this", exp.to_identifier(known.name, quoted=True))
    if owner is not None:
        table.set("db", exp.to_identifier(owner, quoted=True))
    if isinstance(table.parent, exp.From | exp.Join):
        table.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))


def _spell_written_columns(insert: exp.Insert, sources: _Sources) -> None:
    target = next(iter(sources.values()))
    for identifier in list(insert.this.expressions) if isinstance(insert.this, exp.Schema) else ():
        spelling = _spelling(target, identifier.name) if target is not None else None
        if spelling is None:
            raise _not_writable(identifier.name)
        identifier.replace(exp.to_identifier(spelling, quoted=True))


def _is_written(column: exp.Column) -> bool:
    parent = column.parent
    return isinstance(parent, exp.EQ) and isinstance(parent.parent, exp.Update) and column.arg_key == "this"


def _not_writable(column: str) -> InstallationError:
    return DATABASE_COLUMN_MISSING.error(
        sentence("The database has no column {column}, which is to be written.", column=repr(column))
    )


def _united(parts: Sequence[str], catalogue: Catalogue, dbms: str, owner: str | None) -> str | None:
    """Return parts of a UNION ALL that ask one table each the same, or None where they are not such.

    One is rendered, and the names of each filled in: to parse 500 of them takes 0.08 s.
    """
    shapes = {_VARIED.sub(lambda found: "\0" if found[1] else "\1", part.strip()) for part in parts}
    shape = shapes.pop()
    if len(parts) == 1 or shapes or not _PLAIN.fullmatch(shape) or shape.count("SELECT") > 1:
        return None
    kinds = [letter for letter in shape if letter in "\0\1"]
    names = {f"omt_{_STANDS_FOR + place}": place for place, kind in enumerate(kinds) if kind == "\0"}
    places = iter(range(_STANDS_FOR, _STANDS_FOR + len(kinds)))
    example = re.sub(r"[\0\1]", lambda kind: f'"omt_{next(places)}"' if kind[0] == "\0" else f"{next(places)}", shape)
    parsed = sqlglot.parse_one(example)
    tables = [table.name for table in parsed.find_all(exp.Table)]
    columns = {column.name for column in parsed.find_all(exp.Column)}
    if len(tables) != 1 or columns | {*tables} != names.keys() or tables[0] in columns:
        return None
    known = Table(name=tables[0], columns=tuple(Column(name=name, type_name="") for name in columns))
    text = _rendered(example, {tables[0]: known}, dbms, owner)
    for name in names:
        text = text.replace(quoted(name, dbms), name)
    pieces = re.split(r"(?:omt_)?(9\d{8})", text)
    filled: list[str] = []
    for part in parts:
        told = [name.replace('""', '"') or number for name, number in _VARIED.findall(part)]
        table = _known(told[names[tables[0]]], catalogue)
        told[names[tables[0]]] = quoted(table.name, dbms)
        for column in columns:
            spelling = _spelling(table, told[names[column]])
            if spelling is None:
                return None
            told[names[column]] = quoted(spelling, dbms)
        filled.append(
            "".join(told[int(piece) - _STANDS_FOR] if place % 2 else piece for place, piece in enumerate(pieces))
        )
    return _BETWEEN.join(filled)
