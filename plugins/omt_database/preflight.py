"""What `check` asks of the database before the night: whether all of it is seen, and moved as it is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Final

import anyio

from omt_core.api import Finding, Table, joined, sentence
from omt_database.columns import ColumnPlan
from omt_database.drivers.catalogue import differing_in_case
from omt_database.export.long_values import long_rows, measured, values_above
from omt_database.export.losses import Losses
from omt_database.export.omissions import Omissions
from omt_database.findings import (
    COLUMN_WITHOUT_NAME,
    LEFT_ON_SITE,
    NAMES_IN_CASE,
    NO_KEY,
    SIGHT_NOT_PROVEN,
    SNAPSHOT_WEAK,
    TABLES_DROPPED,
    TABLES_HIDDEN,
    TABLES_WITHOUT_COLUMNS,
    VALUE_TOO_LONG,
)
from omt_database.settings import DatabaseSettings
from omt_database.source import CrmDatabase
from omt_database.statements import NUMBERED_TABLES

ROWS_AT_ONCE: Final = 1_000


async def preflight(
    database: CrmDatabase, settings: DatabaseSettings, taken: int | None = None, *, values: bool = True
) -> Sequence[Finding]:
    """Return what a person should know before anything is read for good.

    `taken` is the longest value in bytes that the tenant takes, or None where it does not say. Without `values` no
    table is read for values that cannot be moved as they are.
    """
    longest = min(settings.largest_value, taken or settings.largest_value)
    omissions = Omissions(database.tables, settings)
    left_names = {name.lower() for name in settings.left_tables}
    findings = list(hidden_tables(database, settings))
    if not database.sight.proven:
        findings.append(await _unproven_sight(database))
    if weakness := await database.weakness_of_views():
        findings.append(SNAPSHOT_WEAK.finding(weakness))
    if left := omissions.subjects():
        findings.append(
            LEFT_ON_SITE.finding(
                sentence("Tables, columns and kinds of rows that stay on site: {count:,}.", count=len(left)), left
            )
        )
    if twins := differing_in_case(omissions.moved_tables):
        message = sentence("Names that differ in case only: {names}.", names=twins)
        findings.append(NAMES_IN_CASE.finding(message, twins))
    if nameless := tuple(t.name for t in omissions.moved_tables if not all(column.name for column in t.columns)):
        message = sentence("Tables with a column that has no name: {count:,}.", count=len(nameless))
        findings.append(COLUMN_WITHOUT_NAME.finding(message, nameless))
    if empty := tuple(name for name in database.driver.without_columns if name.lower() not in left_names):
        message = sentence("Tables without any column: {tables}.", tables=empty)
        findings.append(TABLES_WITHOUT_COLUMNS.finding(message, empty))
    if unordered := tuple(table.name for table in omissions.moved_tables if not table.primary_key):
        message = sentence("Tables without a key: {count:,}.", count=len(unordered))
        findings.append(NO_KEY.finding(message, unordered))
    if values:
        findings += await _values_of_all(database, omissions, longest, taken)
    return findings


async def _values_of_all(database: CrmDatabase, omissions: Omissions, limit: int, taken: int | None) -> list[Finding]:
    """Look at the values of all tables, at as many at a time as the driver says; findings come in the tables' order.

    What fails ends it, and is raised; of several failures that of the first table.
    """
    tables = omissions.moved_tables
    found: dict[int, Sequence[Finding]] = {}
    failed: dict[int, Exception] = {}
    waiting = enumerate(tables)

    async def look(through: CrmDatabase) -> None:
        for place, table in waiting:
            try:
                found[place] = await _values(through, table, omissions.secret_columns(table), limit, taken)
            except Exception as error:  # noqa: BLE001 - raised below, whatever it is
                failed[place] = error
            if failed:
                return

    async with AsyncExitStack() as connections:
        more = range(database.driver.looks_at_once - 1)
        others = [await connections.enter_async_context(database.beside()) for _ in more]
        async with anyio.create_task_group() as looks:
            for through in (database, *others):
                looks.start_soon(look, through)
    if failed:
        raise failed[min(failed)]
    return [finding for place in range(len(tables)) for finding in found[place]]


async def _values(
    database: CrmDatabase, table: Table, secret: Sequence[str], limit: int, taken: int | None
) -> Sequence[Finding]:
    """Look for values of a table that are too long, or that the driver cannot give."""
    plans = tuple(replace(plan, omitted=plan.column.name in secret) for plan in await database.plan_kinds(table))
    sized = await measured(database, table, plans)
    findings = [
        VALUE_TOO_LONG.finding(
            sentence(
                "Column {table}.{column} holds a value of {size:,} bytes; at most {limit:,} can be moved.",
                table=table.name,
                column=name,
                size=size,
                limit=limit,
            ),
            (f"{table.name}.{name}",),
        )
        for name, size in values_above(sized, limit).items()
    ]
    findings += await long_rows(database, table, sized, limit, taken)
    if suspicious := await database.suspicious(table, [plan for plan in plans if not plan.omitted]):
        key = [
            replace(plan, omitted=plan.column.name in secret, loose=False)
            for plan in await database.plan_columns(table)
            if plan.column.name in table.primary_key
        ]
        for plan in suspicious:
            findings += await _replaced(database, table, plan, key)
    return findings


async def _replaced(
    database: CrmDatabase, table: Table, plan: ColumnPlan, key: Sequence[ColumnPlan]
) -> Sequence[Finding]:
    """Read the rows in which the driver may not be able to give a column, as the export would, with their `key`."""
    chosen = [*(other for other in key if other.column != plan.column), database.driver.loosened(plan)]
    from omt_database.export.arrow_columns import columns_of_rows  # noqa: PLC0415 - Arrow takes 40 MB
    from omt_database.export.reading import export_statement  # noqa: PLC0415 - the same

    statement, _ = export_statement(
        table,
        chosen,
        dbms=database.dbms,
        source=database.driver.source(table),
        left=(),
        only=database.driver.suspicion(plan),
    )
    losses = Losses(table, chosen)
    async for rows in database.export(table, statement, (), lambda cursor: cursor.fetchmany(ROWS_AT_ONCE), loose=True):
        columns_of_rows(chosen, rows, losses, loose=True)
    return losses.findings()


def dropped_tables(database: CrmDatabase, settings: DatabaseSettings) -> Sequence[Finding]:
    """Return the finding of tables that were dropped since the database was opened and were not meant to stay."""
    left = {name.lower() for name in settings.left_tables}
    dropped = tuple(name for name in database.dropped if name.lower() not in left)
    if not dropped:
        return ()
    message = sentence(
        "Tables that were dropped or renamed before they were read ({count:,}): {tables}.",
        count=len(dropped),
        tables=dropped,
    )
    return (TABLES_DROPPED.finding(message, dropped),)


def hidden_tables(database: CrmDatabase, settings: DatabaseSettings) -> Sequence[Finding]:
    """Return the finding of tables that may not be read and are not meant to stay."""
    left = {name.lower() for name in settings.left_tables}
    sight = database.sight
    hidden = tuple(name for name in sight.hidden if name.lower() not in left)
    if not hidden:
        return ()
    remedy = sentence(
        "Let the database's administrator run {grant}, then run the same command again, or name them in"
        " database.left_tables if they shall stay.",
        grant=sight.grant,
    )
    return (TABLES_HIDDEN.finding(joined([sight.message(hidden), remedy], " "), hidden),)


async def _unproven_sight(database: CrmDatabase) -> Finding:
    numbered = await database.rows(NUMBERED_TABLES) if database.table("sequence") is not None else ()
    unseen = tuple(
        str(name) for (name,) in numbered if not database.sight.hides(str(name)) and database.table(str(name)) is None
    )
    if unseen:
        message = sentence(
            "Nothing proves that the database user may read all tables; the CRM numbers rows of tables that are not"
            " seen: {tables}.",
            tables=unseen,
        )
    else:
        message = sentence("Nothing proves that the database user may read all tables.")
    return SIGHT_NOT_PROVEN.finding(joined([message, database.sight.remedy()], " "), unseen)
