"""The product must be 7.1 or newer (W23). Told by what the database has, since numbers before 8.1 are not documented.

The method is that of crm.md section 2, "Version".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from omt_checks.rule import PLUGIN, InstallationRule, Rule
from omt_checks.settings import ChecksSettings
from omt_checks.statements import DATABASE_MODELS
from omt_core.api import Finding, FindingCode, Severity, SourceDatabase, sentence
from omt_core.api.calls import ValidateInstallation
from omt_crm.numbers import whole_number

VERSION_TOO_OLD: Final = FindingCode(
    code="version-too-old",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The database is of a version before 7.1, which CRM Online cannot take over.",
    remedy="Upgrade the on-site installation to 7.1 or newer first.",
)


async def check(call: ValidateInstallation, _: ChecksSettings) -> Sequence[Finding]:
    """Look for what 7.1 brought."""
    database = call.database
    if await _has_model(database) or _has_tables_of_71(database):
        return ()
    seven = any(database.table(name) is not None for name in ("moduleowner", "modulelicense"))
    message = sentence(
        "The tables are those of 7.0; 7.1 is the oldest that can be migrated."
        if seven
        else "The tables are those of a version before 7.0; 7.1 is the oldest that can be migrated."
    )
    return (VERSION_TOO_OLD.finding(message),)


async def _has_model(database: SourceDatabase) -> bool:
    """Tell whether there is a DatabaseModel, which came with 8.1, and it holds a model."""
    if database.table("DatabaseModel") is None:
        return False
    return any(whole_number(count) for (count,) in await database.rows(DATABASE_MODELS))


def _has_tables_of_71(database: SourceDatabase) -> bool:
    appointment, project = database.table("appointment"), database.table("project")
    return (
        database.table("outgoing_message") is not None
        and appointment is not None
        and appointment.has("isMilestone")
        and project is not None
        and project.has("endDate")
    )


RULE: Final[InstallationRule] = Rule("product_version", (VERSION_TOO_OLD,), check)
