"""No two users may share an e-mail address, compared as user names are (section 8).

A warning: an address is only in the way when it becomes the user name of both, which the user names' own rules refuse.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from omt_checks.rule import PLUGIN, Rule, UserRule
from omt_checks.settings import ChecksSettings
from omt_core.api import Finding, FindingCode, Severity, listing, sentence
from omt_core.api.calls import ValidateUsers
from omt_crm.user_names import canonical_user_name

ADDRESS_SHARED: Final = FindingCode(
    code="user-email-duplicate",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="Users have an e-mail address in common, which can be the user name of one of them only.",
    remedy="Give each user an address of their own in the CRM, or choose different user names for the migration.",
)


async def check(call: ValidateUsers, _: ChecksSettings) -> Sequence[Finding]:
    """Compare all addresses of all users."""
    owners: dict[str, dict[str, None]] = defaultdict(dict)
    for user in call.users:
        for address in user.emails:
            if address.strip():
                owners[canonical_user_name(address)][user.login] = None
    shared = {address: tuple(logins) for address, logins in sorted(owners.items()) if len(logins) > 1}
    if not shared:
        return ()
    logins = tuple(dict.fromkeys(login for users in shared.values() for login in users))
    cases = [f"{address} ({', '.join(users)})" for address, users in shared.items()]
    message = sentence(
        "Addresses that belong to several users ({count:,}): {addresses}.", count=len(shared), addresses=listing(cases)
    )
    return (ADDRESS_SHARED.finding(message, logins),)


RULE: Final[UserRule] = Rule("duplicate_addresses", (ADDRESS_SHARED,), check)
