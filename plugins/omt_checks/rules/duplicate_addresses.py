"""No two users may share an e-mail address, compared as user names are (section 8).

A warning: an address is only in the way when it becomes the user name of both, which the user names' own rules refuse.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from omt_checks.rule import PLUGIN, Rule, UserNameRule
from omt_checks.settings import ChecksSettings
from omt_core.api import Finding, FindingCode, Severity, listing, sentence
from omt_core.api.calls import ValidateUserNames
from omt_crm.user_names import canonical_user_name

ADDRESS_SHARED: Final = FindingCode(
    code="user-email-duplicate",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="Users have an e-mail address in common, which can be the user name of one of them only.",
    remedy="Give each user an address of their own in the CRM, or choose different user names for the migration.",
)


async def check(call: ValidateUserNames, _: ChecksSettings) -> Sequence[Finding]:
    """Compare all addresses of all users; what the user names have settled is a note and warns no more."""
    owners: dict[str, dict[str, None]] = defaultdict(dict)
    for user in call.users:
        for address in user.emails:
            if address.strip():
                owners[canonical_user_name(address)][user.login] = None
    shared = {address: tuple(logins) for address, logins in sorted(owners.items()) if len(logins) > 1}
    settled = {address: logins for address, logins in shared.items() if _is_settled(logins, call)}
    findings: list[Finding] = []
    if open_still := {address: logins for address, logins in shared.items() if address not in settled}:
        message = sentence(
            "Addresses that belong to several users ({count:,}): {addresses}.",
            count=len(open_still),
            addresses=_cases(open_still),
        )
        findings.append(ADDRESS_SHARED.finding(message, _logins(open_still)))
    if settled:
        message = sentence(
            "Addresses of several users who have different user names by now ({count:,}): {addresses}.",
            count=len(settled),
            addresses=_cases(settled),
        )
        findings.append(ADDRESS_SHARED.finding(message, _logins(settled), severity=Severity.INFO))
    return findings


def _is_settled(logins: Sequence[str], call: ValidateUserNames) -> bool:
    """Tell whether those of them who have a plan have different user names. Who has no plan needs no name (W53)."""
    names = [canonical_user_name(call.user_names.get(login, "")) for login in logins if login in call.plans]
    return bool(names) and all(names) and len(set(names)) == len(names)


def _cases(shared: Mapping[str, Sequence[str]]) -> str:
    return listing([f"{address} ({', '.join(users)})" for address, users in shared.items()])


def _logins(shared: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(login for users in shared.values() for login in users))


RULE: Final[UserNameRule] = Rule("duplicate_addresses", (ADDRESS_SHARED,), check)
