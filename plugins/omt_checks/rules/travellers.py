"""Nobody may be on Travel: what they changed, and their documents, would be left behind (section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from omt_checks.rule import PLUGIN, InstallationRule, Rule
from omt_checks.settings import ChecksSettings
from omt_checks.statements import TRAVEL_STATE, TRAVELLERS
from omt_core.api import Finding, FindingCode, Severity, listing, sentence
from omt_core.api.calls import ValidateInstallation
from omt_crm.numbers import whole_number
from omt_crm.vocabulary import LAST_TRAVELLER

USER_ON_TRAVEL: Final = FindingCode(
    code="user-on-travel",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A user is on Travel: what was changed there, and the documents made there, are not in this installation.",
    remedy="Have the user return from Travel, or end the user's Travel in the administration of the CRM.",
)
DATABASE_NOT_CENTRAL: Final = FindingCode(
    code="database-not-central",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="This is the database of a traveller or of a satellite; only the central one can be migrated.",
    remedy="Run the migration against the central database.",
)


async def check(call: ValidateInstallation, _: ChecksSettings) -> Sequence[Finding]:
    """Look for travellers, and whether this is itself somebody's Travel database. Old databases may lack the tables."""
    findings: list[Finding] = []
    database = call.database
    if database.table("traveller") is not None and database.table("associate") is not None:
        away = [
            str(login) if login is not None else sentence("associate {id}", id=whole_number(travel_id))
            for _, travel_id, login in await database.rows(TRAVELLERS)
            if 0 < whole_number(travel_id) <= LAST_TRAVELLER
        ]
        if away:
            message = sentence("Users on Travel ({count:,}): {users}.", count=len(away), users=listing(away))
            findings.append(USER_ON_TRAVEL.finding(message, tuple(away)))
    if database.table("travelcurrent") is not None:
        foreign = [str(current) for _, current in await database.rows(TRAVEL_STATE) if whole_number(current)]
        if foreign:
            message = sentence(
                "This database says that it is number {number} instead of 0, the central one.", number=listing(foreign)
            )
            findings.append(DATABASE_NOT_CENTRAL.finding(message, tuple(foreign)))
    return findings


RULE: Final[InstallationRule] = Rule("travellers", (USER_ON_TRAVEL, DATABASE_NOT_CENTRAL), check)
