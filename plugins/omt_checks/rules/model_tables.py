"""Every table in the DatabaseModel must exist; else the migration breaks off with an error (section 2, W92, W93)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import anyio.to_thread

from omt_checks.model_data import ModelError, table_names
from omt_checks.rule import PLUGIN, InstallationRule, Rule
from omt_checks.settings import ChecksSettings
from omt_checks.statements import DATABASE_MODEL
from omt_core.api import Finding, FindingCode, Severity, listing, sentence
from omt_core.api.calls import ValidateInstallation

MODEL_TABLE_MISSING: Final = FindingCode(
    code="model-table-missing",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The DatabaseModel lists a table that does not exist, which breaks the conversion of the database online.",
    remedy="Back up the table DatabaseModel and let the vendor's support remove the tables from the model.",
)
MODEL_UNREADABLE: Final = FindingCode(
    code="model-unreadable",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The DatabaseModel cannot be read, so that nobody knows whether all its tables exist.",
    remedy="Ask the vendor's support to check the model. The tables themselves are moved as the database has them.",
)


async def check(call: ValidateInstallation, settings: ChecksSettings) -> Sequence[Finding]:
    """Compare the newest model with the tables that exist. Databases before 8.1 have none."""
    if call.database.table("DatabaseModel") is None:
        return ()
    rows = await call.database.rows(DATABASE_MODEL)
    if not rows:
        return ()
    data = rows[0][2]
    packed = bytes(data) if isinstance(data, bytes | bytearray | memoryview) else b""
    try:
        names = await anyio.to_thread.run_sync(lambda: table_names(packed, limit=settings.model_bytes))
    except ModelError as error:
        return (MODEL_UNREADABLE.finding(str(error)),)
    missing = tuple(dict.fromkeys(name for name in names if call.database.table(name) is None))
    if not missing:
        return ()
    message = sentence(
        "Tables of the model that do not exist ({count:,}): {tables}.", count=len(missing), tables=listing(missing)
    )
    return (MODEL_TABLE_MISSING.finding(message, missing),)


RULE: Final[InstallationRule] = Rule("model_tables", (MODEL_TABLE_MISSING, MODEL_UNREADABLE), check)
