"""The findings about the assignment of user plans."""

from __future__ import annotations

from omt_core.api import FindingCode, Severity

PLUGIN = "plans"

PLAN_UNKNOWN = FindingCode(
    code="plan-unknown",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A user was given a plan that does not exist online, so the tenant could not assign it.",
    remedy="Use the name of a plan that exists online, spelt as it is there, or order the plan first.",
    waivable=False,
)
PLAN_OVERBOOKED = FindingCode(
    code="plan-overbooked",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="More users were given a plan than it has free seats online; some of them could not log in.",
    remedy="Give some of these users another plan or none, or order more seats.",
    waivable=False,
)
PLAN_FULL = FindingCode(
    code="plan-full",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="Users have no plan, although the plan that they have on site exists online: it has no seat left for them.",
    remedy="Order more seats, or assign these users another plan, if they are to log in online.",
)
ADMINISTRATOR_WITHOUT_PLAN = FindingCode(
    code="no-administrator-with-plan",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="No General or User Administrator has a plan: nobody could administer the tenant after the migration.",
    remedy="Give at least one of the administrators a plan.",
    waivable=False,
)
USER_WITHOUT_PLAN = FindingCode(
    code="user-without-plan",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="Users have no plan. They are moved with everything of theirs, but cannot log in online.",
    remedy="Assign a plan to those who are to log in; nothing needs to be done for the others.",
)
PLAN_FOR_UNKNOWN_LOGIN = FindingCode(
    code="plan-for-unknown-login",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A plan is assigned to a login that no active internal user has.",
    remedy="Correct the login in the assignment, or remove the line.",
    waivable=False,
)
PLANS_NOT_CHECKED = FindingCode(
    code="plans-not-checked",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The tenant was not asked which plans exist and how many seats are free, so plans could not be checked.",
    remedy="Set online.url in the answers file to the address of the tenant.",
)

CODES = (
    ADMINISTRATOR_WITHOUT_PLAN,
    PLANS_NOT_CHECKED,
    PLAN_FOR_UNKNOWN_LOGIN,
    PLAN_FULL,
    PLAN_OVERBOOKED,
    PLAN_UNKNOWN,
    USER_WITHOUT_PLAN,
)
