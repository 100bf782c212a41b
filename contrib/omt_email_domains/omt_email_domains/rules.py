"""The rules, as plain functions: they know nothing of hooks, so they are easy to test and to reuse."""

from __future__ import annotations

from collections.abc import Mapping

from omt_core.api import Finding, sentence

from omt_email_domains.findings import DOMAIN_NOT_ALLOWED, DOMAINS_NOT_SET, ROLE_MAILBOX
from omt_email_domains.settings import EmailDomainsSettings


def outside_domains(user_names: Mapping[str, str], settings: EmailDomainsSettings) -> tuple[Finding, ...]:
    """Report the logins whose user name is in no allowed domain, in one finding. `user_names` is by login."""
    if not settings.allowed_domains:
        return (DOMAINS_NOT_SET.finding(sentence("No domains are named, so every user name is let pass.")),)
    outside = {login: name for login, name in user_names.items() if _domain(name) not in settings.allowed_domains}
    if not outside:
        return ()
    message = sentence(
        "{count} user names are not in {domains}: {users}.",
        count=len(outside),
        domains=", ".join(settings.allowed_domains),
        users=_shown(outside),
    )
    return (DOMAIN_NOT_ALLOWED.finding(message, tuple(outside)),)


def role_mailboxes(user_names: Mapping[str, str], settings: EmailDomainsSettings) -> tuple[Finding, ...]:
    """Report the logins whose user name is a role mailbox, in one finding."""
    shared = {login: name for login, name in user_names.items() if _mailbox(name) in settings.role_mailboxes}
    if not shared:
        return ()
    message = sentence(
        "{count} user names are mailboxes that several people read: {users}.", count=len(shared), users=_shown(shared)
    )
    return (ROLE_MAILBOX.finding(message, tuple(shared)),)


_SHOWN = 5
"""How many cases a message names; the subjects of the finding name them all."""


def _shown(user_names: Mapping[str, str]) -> str:
    cases = [f"{login} ({name})" for login, name in sorted(user_names.items())]
    return ", ".join(cases[:_SHOWN]) + (" ..." if len(cases) > _SHOWN else "")


def _domain(user_name: str) -> str:
    return user_name.strip().rpartition("@")[2].casefold()


def _mailbox(user_name: str) -> str:
    """Return what stands before the @, without a `+tag`."""
    return user_name.strip().rpartition("@")[0].partition("+")[0].casefold()
