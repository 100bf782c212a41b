"""No satellite may be active: its rows and files would be left behind (section 8).

ND: how an inactive satellite is told from an active one. Every row counts as active.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from omt_checks.rule import PLUGIN, InstallationRule, Rule
from omt_checks.settings import ChecksSettings
from omt_checks.statements import SATELLITES, TRAVELLERS
from omt_core.api import Finding, FindingCode, Severity, listing, sentence
from omt_core.api.calls import ValidateInstallation
from omt_crm.numbers import whole_number
from omt_crm.vocabulary import FIRST_SATELLITE_ID

SATELLITE_ACTIVE: Final = FindingCode(
    code="satellite-active",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The installation has satellites; what was entered there and not yet sent home is not in this database.",
    remedy="Bring each satellite home and delete it in the administration of the CRM.",
)


async def check(call: ValidateInstallation, _: ChecksSettings) -> Sequence[Finding]:
    """Look for rows of satellites, and for satellites among the travellers."""
    found: dict[str, str] = {}
    if call.database.table("satellite") is not None:
        for key, dsn in await call.database.rows(SATELLITES):
            found[str(key)] = f"{key!s} ({dsn!s})" if dsn else str(key)
    if call.database.table("traveller") is not None and call.database.table("associate") is not None:
        for _key, travel_id, _name in await call.database.rows(TRAVELLERS):
            number = whole_number(travel_id) // FIRST_SATELLITE_ID
            if number > 0:
                found.setdefault(str(number), str(number))
    if not found:
        return ()
    known = listing(tuple(found.values()))
    message = sentence("Satellites that are known ({count:,}): {satellites}.", count=len(found), satellites=known)
    return (SATELLITE_ACTIVE.finding(message, tuple(found)),)


RULE: Final[InstallationRule] = Rule("satellites", (SATELLITE_ACTIVE,), check)
