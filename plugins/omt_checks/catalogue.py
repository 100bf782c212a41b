"""All rules, and with them all findings of the plugin. A new rule is a module in `rules/` and a line here."""

from __future__ import annotations

from typing import Final

from omt_checks.rule import CHECK_FAILED, InstallationRule, UserNameRule, UserRule
from omt_checks.rules import (
    duplicate_addresses,
    licence,
    mailboxes,
    model_tables,
    product_version,
    satellites,
    sentry_addons,
    sequences,
    travel_ids,
    travellers,
    unlicensed_users,
    unusable_addresses,
)
from omt_core.api import FindingCode

INSTALLATION_RULES: Final[tuple[InstallationRule, ...]] = (
    licence.RULE,
    mailboxes.RULE,
    model_tables.RULE,
    product_version.RULE,
    satellites.RULE,
    sentry_addons.RULE,
    sequences.RULE,
    travel_ids.RULE,
    travellers.RULE,
)

USER_RULES: Final[tuple[UserRule, ...]] = (
    unlicensed_users.RULE,
    unusable_addresses.RULE,
)

USER_NAME_RULES: Final[tuple[UserNameRule, ...]] = (duplicate_addresses.RULE,)

CODES: Final[tuple[FindingCode, ...]] = (
    CHECK_FAILED,
    *(code for rule in INSTALLATION_RULES for code in rule.codes),
    *(code for rule in USER_RULES for code in rule.codes),
    *(code for rule in USER_NAME_RULES for code in rule.codes),
)
