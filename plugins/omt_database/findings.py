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

TABLES_HIDDEN: Final = FindingCode(
    code="database-tables-hidden",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="Tables are there that the database user may not read, or of which it sees only some rows: they would not"
    " go online.",
    remedy="Let the database's administrator grant the user to read all tables of the CRM's owner. What shall stay on"
    " site is named in `database.left_tables`.",
)

SIGHT_NOT_PROVEN: Final = FindingCode(
    code="database-sight-not-proven",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The database hides tables from those who may not read them, and nothing proves that the database user may"
    " read all: a table may be there that is neither seen nor moved. A subject is a table that the CRM numbers the rows"
    " of (table `sequence`) and that is not seen.",
    remedy="Let the database's administrator grant the user to read the whole schema of the CRM. Where each table was"
    " granted by itself, waive this once somebody has compared the lists.",
)

NAMES_IN_CASE: Final = FindingCode(
    code="names-differ-in-case",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="Tables, or columns of one table, have names that differ in case only. Both are moved, and held online by"
    " names of their own; what the CRM itself reads under such a name is one of them.",
    remedy="Rename or drop one of them on site, unless both are meant.",
)

COLUMN_WITHOUT_NAME: Final = FindingCode(
    code="column-without-name",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="Tables have a column whose name is empty, which the online side cannot hold: the import would refuse the"
    " table.",
    remedy="Give the column a name on site, or let the table stay (`database.left_tables`).",
    waivable=False,
)

TABLES_WITHOUT_COLUMNS: Final = FindingCode(
    code="tables-without-columns",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="Tables have no column at all, so that their rows hold nothing; they are not moved.",
    remedy="Nothing, if you agree: name them in `database.left_tables` to say so, or drop them.",
)

TABLES_DROPPED: Final = FindingCode(
    code="tables-dropped",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="Tables that the database had when it was opened were dropped or renamed before they were read: under these"
    " names nothing of them goes online. A subject is a table.",
    remedy="Nothing, if whoever dropped them is done with them. Else put them back, keep the job that drops them off"
    " the database, and run the migration again.",
)

VALUES_REPLACED: Final = FindingCode(
    code="values-replaced",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The database holds values that its driver cannot give: text that is not Unicode (half an emoji, another"
    " code page), or times that no calendar or clock has. Their rows are moved, with U+FFFD for each such character, or"
    " NULL for such a time or number. A subject is `table.column` with the key of a row.",
    remedy="Correct the values on site if they matter; else nothing is needed.",
)

ROW_TOO_LONG: Final = FindingCode(
    code="row-too-long",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The long values of a single row are together larger than what the tenant, or `database.largest_value`,"
    " takes of one value. A row is imported as a whole, in some six times its size of memory: where there is less, the"
    " import ends by that (`import-out-of-memory`), after all has been uploaded. A subject is a table.",
    remedy="Ask the online side for more memory for the import (a reference tenant has it by"
    " `tenant.importing.memory_limit`), make the values smaller on site, or let the table stay"
    " (`database.left_tables`). Where the online side says that its import has the memory, waive this and say so.",
)
ROWS_LONG: Final = FindingCode(
    code="rows-long",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The rows of a table are so long that 2,048 of them, as many as the tenant's database handles at a time,"
    " may not fit into the memory that its import seems to have: it may end by that (`import-out-of-memory`), after all"
    " has been uploaded. A subject is a table.",
    remedy="Ask the online side before the night whether the import has the memory that the message names (a reference"
    " tenant has it by `tenant.importing.memory_limit`), and move a test migration first.",
)
VALUE_TOO_LONG: Final = FindingCode(
    code="value-too-long",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="Single values are larger than `database.largest_value`, or than the tenant takes: one is held in memory"
    " several times over while it is moved, here and where it is imported. A subject is `table.column`.",
    remedy="Make the values smaller on site or let the table stay (`database.left_tables`); or raise"
    " `database.largest_value`, where this machine has some six times that of memory, and what the tenant takes.",
    waivable=False,
)

CODES: Final = (
    COLUMN_WITHOUT_NAME,
    LEFT_ON_SITE,
    NAMES_IN_CASE,
    NO_KEY,
    ROWS_LONG,
    ROW_TOO_LONG,
    SIGHT_NOT_PROVEN,
    SNAPSHOT_WEAK,
    TABLES_DROPPED,
    TABLES_HIDDEN,
    TABLES_WITHOUT_COLUMNS,
    VALUES_REPLACED,
    VALUE_TOO_LONG,
)
