"""The licence must be there: its owner and serial number are the identity of the migration (section 5, W71)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from omt_checks.rule import PLUGIN, InstallationRule, Rule
from omt_checks.settings import ChecksSettings
from omt_checks.statements import LICENCE_ISSUERS
from omt_core.api import Finding, FindingCode, Severity, sentence
from omt_core.api.calls import ValidateInstallation
from omt_crm.numbers import whole_number

LICENCE_MISSING: Final = FindingCode(
    code="licence-missing",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The database names no licence owner, no serial number or no licensed module.",
    remedy="Enter the licence in the administration of the CRM, and run the check again.",
)


async def check(call: ValidateInstallation, _: ChecksSettings) -> Sequence[Finding]:
    """Look at the licence that was read, and whether any module is licensed. Before 7.0 there was no such table."""
    lacking = []
    if not call.licence.owner.strip():
        lacking.append(sentence("owner"))
    if not call.licence.serial.strip():
        lacking.append(sentence("serial"))
    if call.database.table("ModuleLicense") is not None:
        rows = await call.database.rows(LICENCE_ISSUERS)
        if not any(whole_number(count) for (count,) in rows):
            lacking.append(sentence("modules"))
    if not lacking:
        return ()
    message = sentence("The licence lacks: {parts}.", parts=lacking)
    return (LICENCE_MISSING.finding(message, tuple(lacking)),)


RULE: Final[InstallationRule] = Rule("licence", (LICENCE_MISSING,), check)
