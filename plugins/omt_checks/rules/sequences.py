"""The next id of a table must be free (section 2, `sequence`; "also sensible", section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from omt_checks.highest_ids import highest_ids
from omt_checks.rule import PLUGIN, InstallationRule, Rule
from omt_checks.settings import ChecksSettings
from omt_checks.statements import SEQUENCES
from omt_core.api import Finding, FindingCode, Severity, listing, quantity, sentence
from omt_core.api.calls import ValidateInstallation
from omt_crm.numbers import whole_number
from omt_crm.vocabulary import FIRST_SATELLITE_ID

SEQUENCE_BEHIND: Final = FindingCode(
    code="sequence-behind",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The next id that a table would give to a new row is taken already, so that new rows would be refused.",
    remedy="Ask the vendor's support to correct the named tables' rows in the table sequence.",
)


async def check(call: ValidateInstallation, _: ChecksSettings) -> Sequence[Finding]:
    """Compare each table's next id with its highest one in the central database's own range."""
    if call.in_snapshot or call.database.table("sequence") is None:
        return ()
    following = {
        str(name).lower(): whole_number(number)
        for name, number in await call.database.rows(SEQUENCES)
        if name is not None and number is not None
    }
    # Rows that came from satellites and Travel have higher ids, which this sequence does not count.
    highest = await highest_ids(call.database, below=FIRST_SATELLITE_ID)
    behind = sorted(table for table, number in highest.items() if following.get(table.lower(), number + 1) <= number)
    if not behind:
        return ()
    message = sentence(
        "The sequences of {count} are behind the rows: {tables}.",
        count=quantity(len(behind), "table"),
        tables=listing(behind),
    )
    return (SEQUENCE_BEHIND.finding(message, tuple(behind)),)


RULE: Final[InstallationRule] = Rule("sequences", (SEQUENCE_BEHIND,), check)
