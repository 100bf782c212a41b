"""The findings of this plugin."""

from __future__ import annotations

from typing import Final

from omt_core.api import FindingCode, Severity

PLUGIN: Final = "database"

LEFT_ON_SITE: Final = FindingCode(
    code="left-on-site",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="Tables, columns or rows stay on site: secrets such as passwords and tokens, and what is of the moment"
    " or rebuilt online. A subject is a table, `table.column` (the column goes empty) or `table.column=value` (such"
    " rows stay).",
    remedy="Nothing, if you agree. What stays is set by `left_tables`, `secret_columns` and `left_rows` in section"
    " `database` of the settings file.",
)

SNAPSHOT_WEAK: Final = FindingCode(
    code="snapshot-not-consistent",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The database does not allow one view of all tables: what users change while the tables are read may be"
    " in one table and not yet in another.",
    remedy="Keep all users out until the upload of the database is done, or let the database's administrator allow it:"
    " ALTER DATABASE ... SET ALLOW_SNAPSHOT_ISOLATION ON.",
)

NO_KEY: Final = FindingCode(
    code="table-without-key",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="Tables have neither a primary key nor a unique index, so that their rows come in no certain order. They"
    " are moved like all others, but sent again whole when the migration is repeated.",
    remedy="Nothing is needed.",
)

CODES: Final = (LEFT_ON_SITE, NO_KEY, SNAPSHOT_WEAK)
