"""What this plugin can report. The texts are for the person who migrates, who has not read this code."""

from __future__ import annotations

from omt_core.api import FindingCode, Severity

PLUGIN = "email_domains"

DOMAIN_NOT_ALLOWED = FindingCode(
    code="user-name-domain-not-allowed",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="Users have a user name outside the domains that the setting email_domains.allowed_domains names. Whoever "
    "reads mail at such an address could set the password, and keeps access after leaving the company.",
    remedy="Give these users an address in one of your domains, or add the domain to the setting.",
)
ROLE_MAILBOX = FindingCode(
    code="user-name-is-role-mailbox",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="Users have a mailbox as user name that several people read, so any of them could set the password.",
    remedy="Give these users a personal address.",
)
DOMAINS_NOT_SET = FindingCode(
    code="user-name-domains-not-set",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The plugin email_domains is installed, but its setting allowed_domains is empty: any domain is allowed.",
    remedy="Name your domains in the settings file, or uninstall the plugin.",
)

CODES = (DOMAIN_NOT_ALLOWED, DOMAINS_NOT_SET, ROLE_MAILBOX)
