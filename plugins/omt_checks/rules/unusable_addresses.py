"""Every user needs a valid e-mail address to become an online user (section 8).

Warnings: a user without a plan needs none, and another user name can be typed (W62, W67).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from omt_checks.rule import PLUGIN, Rule, UserRule
from omt_checks.settings import ChecksSettings
from omt_core.api import Finding, FindingCode, Severity, joined, listing, sentence
from omt_core.api.calls import ValidateUsers

WITHOUT_ADDRESS: Final = FindingCode(
    code="user-without-email",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A user has no e-mail address, so that no user name can be proposed.",
    remedy="Enter the user's address in the CRM, or give a user name for the migration, if the user is to log in.",
)
INVALID_ADDRESS: Final = FindingCode(
    code="user-email-invalid",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A user's default e-mail address is not valid. The first valid one of the others is proposed as user name;"
    " where none is valid, nothing can be proposed.",
    remedy="Correct the address in the CRM, or give a user name for the migration, if the user is to log in.",
)


async def check(call: ValidateUsers, _: ChecksSettings) -> Sequence[Finding]:
    """Look at the addresses of all users. No mail server or name server is asked."""
    without: list[str] = []
    invalid: list[str] = []
    invalid_default: list[str] = []
    for user in call.users:
        addresses = [address for address in user.emails if address.strip()]
        if not addresses:
            without.append(user.login)
        elif not any(map(_is_valid, addresses)):
            invalid.append(user.login)
        elif not _is_valid(addresses[0]):
            invalid_default.append(user.login)
    findings: list[Finding] = []
    if without:
        message = sentence(
            "Users without an e-mail address ({count:,}): {users}.", count=len(without), users=listing(without)
        )
        findings.append(WITHOUT_ADDRESS.finding(message, tuple(without)))
    if invalid or invalid_default:
        said: list[str] = []
        if invalid:
            said.append(
                sentence(
                    "Users without a valid e-mail address ({count:,}): {users}.",
                    count=len(invalid),
                    users=listing(invalid),
                )
            )
        if invalid_default:
            said.append(
                sentence(
                    "Users whose default address is not valid, while another is ({count:,}): {users}.",
                    count=len(invalid_default),
                    users=listing(invalid_default),
                )
            )
        findings.append(INVALID_ADDRESS.finding(joined(said, " "), (*invalid, *invalid_default)))
    return findings


def _is_valid(address: str) -> bool:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - 20 ms, and only for who has users

    try:
        validate_email(address.strip(), check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


RULE: Final[UserRule] = Rule("unusable_addresses", (WITHOUT_ADDRESS, INVALID_ADDRESS), check)
