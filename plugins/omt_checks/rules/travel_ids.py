"""Ids of Travel must never occur in a central database (section 2; "also sensible", section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from omt_checks.highest_ids import highest_ids
from omt_checks.rule import PLUGIN, InstallationRule, Rule
from omt_checks.settings import ChecksSettings
from omt_core.api import Finding, FindingCode, Severity, listing, sentence
from omt_core.api.calls import ValidateInstallation
from omt_crm.vocabulary import FIRST_TRAVEL_ID

TRAVEL_IDS: Final = FindingCode(
    code="travel-ids",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A table holds rows that were made on Travel and never got an id of the central database; other rows that"
    " refer to them may not.",
    remedy="Have the traveller return home properly, or ask the vendor's support to correct the rows.",
)


async def check(call: ValidateInstallation, _: ChecksSettings) -> Sequence[Finding]:
    """Look at the highest id of every table."""
    if call.in_snapshot:
        return ()
    highest = await highest_ids(call.database)
    tables = sorted(table for table, number in highest.items() if number >= FIRST_TRAVEL_ID)
    if not tables:
        return ()
    message = sentence(
        "Tables that hold ids of Travel ({count:,}): {tables}.", count=len(tables), tables=listing(tables)
    )
    return (TRAVEL_IDS.finding(message, tuple(tables)),)


RULE: Final[InstallationRule] = Rule("travel_ids", (TRAVEL_IDS,), check)
