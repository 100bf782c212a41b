"""Mailboxes of Customer Service: forwarding and SPF have to be arranged by people (section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from omt_checks.rule import PLUGIN, InstallationRule, Rule
from omt_checks.settings import ChecksSettings
from omt_checks.statements import MAIL_FILTERS
from omt_core.api import Finding, FindingCode, Severity, listing, sentence
from omt_core.api.calls import ValidateInstallation
from omt_crm.numbers import whole_number

SERVICE_MAILBOXES: Final = FindingCode(
    code="service-mailboxes",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="Customer Service fetches mail from mailboxes. After the migration mail has to be forwarded, and the sender"
    " policy (SPF) of their domains has to allow CRM Online.",
    remedy="Arrange forwarding and SPF for these mailboxes before the migration.",
)


async def check(call: ValidateInstallation, _: ChecksSettings) -> Sequence[Finding]:
    """Look for mailboxes that mail is fetched from."""
    if call.database.table("mail_in_filter") is None:
        return ()
    rows = await call.database.rows(MAIL_FILTERS)
    if not rows:
        return ()
    names = [str(address) if address else sentence("mailbox {id}", id=whole_number(key)) for key, address in rows]
    message = sentence("Mailboxes ({count:,}): {mailboxes}.", count=len(names), mailboxes=listing(names))
    return (SERVICE_MAILBOXES.finding(message, tuple(names)),)


RULE: Final[InstallationRule] = Rule("mailboxes", (SERVICE_MAILBOXES,), check)
