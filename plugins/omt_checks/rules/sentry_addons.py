"""No sentry plug-ins may be registered: the guide asks to remove the preference rows (section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from omt_checks.rule import PLUGIN, InstallationRule, Rule
from omt_checks.settings import ChecksSettings
from omt_checks.statements import SENTRY_ADDONS
from omt_core.api import Finding, FindingCode, Severity, listing, sentence
from omt_core.api.calls import ValidateInstallation
from omt_crm.vocabulary import SENTRY_ADDON_SECTION

SENTRY_ADDON_REGISTERED: Final = FindingCode(
    code="sentry-addon-registered",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A preference in the section SentryAddonNames registers a program that cannot run online; with it the"
    " migrated database cannot be used.",
    remedy="Remove the named rows of the table userpreference, with the help of the vendor's guide.",
)


async def check(call: ValidateInstallation, _: ChecksSettings) -> Sequence[Finding]:
    """Look for preferences of that section, in any case."""
    if call.database.table("userpreference") is None:
        return ()
    rows = await call.database.rows(SENTRY_ADDONS, (SENTRY_ADDON_SECTION.lower(),))
    if not rows:
        return ()
    programs = [str(value) for _, value in rows if value]
    message = sentence(
        "Sentry plug-ins that are registered ({count:,}): {programs}.", count=len(rows), programs=listing(programs)
    )
    return (SENTRY_ADDON_REGISTERED.finding(message, tuple(str(key) for key, _ in rows)),)


RULE: Final[InstallationRule] = Rule("sentry_addons", (SENTRY_ADDON_REGISTERED,), check)
