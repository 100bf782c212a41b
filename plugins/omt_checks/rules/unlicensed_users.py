"""Users should have a licence on site (section 8): who has none is likely not to need a plan online."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from omt_checks.rule import PLUGIN, Rule, UserRule
from omt_checks.settings import ChecksSettings
from omt_core.api import Finding, FindingCode, Severity, listing, sentence
from omt_core.api.calls import ValidateUsers

UNLICENSED: Final = FindingCode(
    code="user-without-licence",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="A user has no user plan on site, so that none can be proposed online.",
    remedy="Assign a plan for the migration if the user is to log in.",
)


async def check(call: ValidateUsers, _: ChecksSettings) -> Sequence[Finding]:
    """Look for users without a plan. Where nobody has one, the product is older than plans, and it says nothing."""
    logins = [user.login for user in call.users if user.onsite_plan is None]
    if not logins or len(logins) == len(call.users):
        return ()
    message = sentence("Users without a plan ({count:,}): {users}.", count=len(logins), users=listing(logins))
    return (UNLICENSED.finding(message, tuple(logins)),)


RULE: Final[UserRule] = Rule("unlicensed_users", (UNLICENSED,), check)
