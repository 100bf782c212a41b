"""What `check` asks of the database before the night: whether all of it is seen, and moved as it is."""

from __future__ import annotations

from collections.abc import Sequence

from omt_core.api import Finding
from omt_database.drivers.catalogue import differing_in_case
from omt_database.export.omissions import Omissions
from omt_database.findings import LEFT_ON_SITE, NAMES_IN_CASE, NO_KEY, SIGHT_NOT_PROVEN, TABLES_HIDDEN
from omt_database.settings import DatabaseSettings
from omt_database.source import CrmDatabase
from omt_database.statements import NUMBERED_TABLES


async def preflight(database: CrmDatabase, settings: DatabaseSettings) -> Sequence[Finding]:
    """Return what a person should know before anything is read for good."""
    omissions = Omissions(database.tables, settings)
    findings = list(hidden_tables(database, settings))
    if not database.sight.proven:
        findings.append(await _unproven_sight(database))
    if left := omissions.subjects():
        findings.append(
            LEFT_ON_SITE.finding(f"Tables, columns and kinds of rows that stay on site: {len(left)}.", left)
        )
    if twins := differing_in_case(omissions.moved_tables):
        findings.append(NAMES_IN_CASE.finding(f"Names that differ in case only: {', '.join(twins)}.", twins))
    if unordered := tuple(table.name for table in omissions.moved_tables if not table.primary_key):
        findings.append(NO_KEY.finding(f"Tables without a key: {len(unordered)}.", unordered))
    return findings


def hidden_tables(database: CrmDatabase, settings: DatabaseSettings) -> Sequence[Finding]:
    """Return the finding of tables that may not be read and are not meant to stay."""
    left = {name.lower() for name in settings.left_tables}
    sight = database.sight
    hidden = tuple(name for name in sight.hidden if name.lower() not in left)
    if not hidden:
        return ()
    message = f"{sight.message(hidden)} {sight.remedy()}, or name them in database.left_tables if they shall stay."
    return (TABLES_HIDDEN.finding(message, hidden),)


async def _unproven_sight(database: CrmDatabase) -> Finding:
    numbered = await database.rows(NUMBERED_TABLES) if database.table("sequence") is not None else ()
    unseen = tuple(
        str(name) for (name,) in numbered if not database.sight.hides(str(name)) and database.table(str(name)) is None
    )
    listed = f"; the CRM numbers rows of tables that are not seen: {', '.join(unseen)}" if unseen else ""
    message = f"Nothing proves that the database user may read all tables{listed}. {database.sight.remedy()}."
    return SIGHT_NOT_PROVEN.finding(message, unseen)
