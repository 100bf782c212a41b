"""The findings about user names."""

from __future__ import annotations

from omt_core.api import FindingCode, Severity

PLUGIN = "usernames"

MISSING = FindingCode(
    code="user-name-missing",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A user has a plan but no user name. Without one they could not log in online.",
    remedy="Give the user an e-mail address as user name, or take the plan away.",
    waivable=False,
)
INVALID = FindingCode(
    code="user-name-invalid",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A user name is not a usable e-mail address, so the mail with the link to log in cannot arrive.",
    remedy="Choose or type an address at which the user receives mail.",
    waivable=False,
)
DUPLICATE = FindingCode(
    code="user-name-duplicate",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="Several users have the same user name. Case, spaces around it and the spelling of an international domain"
    " make no difference.",
    remedy="Give each of these users an address of their own.",
    waivable=False,
)
TAKEN = FindingCode(
    code="user-name-taken-elsewhere",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="Somebody outside this installation holds this user name online already.",
    remedy="Choose another address for this user, or have the other account released.",
    waivable=False,
)
UNKNOWN_LOGIN = FindingCode(
    code="user-name-for-unknown-login",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A user name is assigned to a login that no active internal user has.",
    remedy="Correct the login in the assignment, or remove the line.",
    waivable=False,
)
WITHOUT_PLAN = FindingCode(
    code="user-name-without-plan",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="Users have a user name but no plan. They cannot log in online, and the user name is not used.",
    remedy="Give these users a plan if they are to log in online.",
)
ADDRESSES_REMOVED = FindingCode(
    code="addresses-removed-online",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="E-mail addresses on the cards of other persons equal a user name. They are removed there in the online"
    " database, since the address of a user belongs to one person only; on site nothing changes. The other person may"
    " be a user too: the message says so, and whether an address is left to them.",
    remedy="Nothing needs to be done. To keep an address on the other card, choose another user name; give a user who"
    " would be left without one another address in the CRM first.",
)
NOT_CHECKED_ONLINE = FindingCode(
    code="user-names-not-checked-online",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The tenant was not asked whether somebody elsewhere holds one of these user names already.",
    remedy="Set online.url in the answers file to the address of the tenant.",
)

CODES = (
    ADDRESSES_REMOVED,
    DUPLICATE,
    INVALID,
    MISSING,
    NOT_CHECKED_ONLINE,
    TAKEN,
    UNKNOWN_LOGIN,
    WITHOUT_PLAN,
)
