"""What one configuration of the product claims about the installation, before it is weighed against others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from pydantic import SecretStr

from omt_core.api import Finding, sentence

DBMS, SERVER, DATABASE, DSN, PREFIX, USER, PASSWORD = (
    f"database.{name}" for name in ("dbms", "server", "database", "dsn", "prefix", "user", "password")
)
ARCHIVES, TEMPLATES, WEB_SERVICES = "archives", "templates", "web_services"
SERVICE_BASE, SERVICE_ATTACHMENTS, SERVICE_TEMPLATES, SERVICE_TEXTS = (
    f"service.{name}" for name in ("base", "attachments", "templates", "texts")
)

LISTS = frozenset({ARCHIVES, WEB_SERVICES})
"""Settings with several values, in order."""


HIDDEN = sentence("(given)")
"""What is shown for a password."""


class Rank(IntEnum):
    """Precedence (crm.md section 1; ND: the order of the last four is a choice). Lower ranks win."""

    ANSWERS = 0
    WINDOWS_CLIENT = 10
    SERVER = 20
    WEB = 30
    SERVICE = 35
    BY_HAND = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One value of one setting, as it stands there, and where that is, for a person.

    A password is in `secret` and belongs to `owner`, the user beside it. `overridden` marks a value that the product
    itself does not use, because another part of the same configuration is stronger.
    """

    setting: str
    value: str
    source: str
    secret: SecretStr | None = None
    owner: str | None = None
    overridden: bool = False


def password_claim(secret: SecretStr, *, owner: str | None, source: str) -> Claim:
    """Return the claim of a password, which shows nothing of it."""
    return Claim(setting=PASSWORD, value=HIDDEN, source=source, secret=secret, owner=owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The claims of one client, server, web site or answers file; the first of a setting is the one it uses.

    `encrypted` holds claims that could not be read, with a value for a person instead.
    """

    name: str
    rank: Rank
    claims: tuple[Claim, ...]
    encrypted: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = ()

    def used(self, setting: str) -> tuple[Claim, ...]:
        """Return the claims of a setting that this configuration uses: one, or the whole of a list."""
        claims = tuple(claim for claim in self.claims if claim.setting == setting and not claim.overridden)
        return claims if setting in LISTS else claims[:1]

    def value(self, setting: str) -> str | None:
        """Return the value that this configuration uses for a setting that is no list."""
        return next((claim.value for claim in self.used(setting)), None)


def strongest(*lists: Iterable[Claim]) -> tuple[Claim, ...]:
    """Join claims of one list from several files, the strongest first: those after the first that has any lose."""
    joined: list[Claim] = []
    for claims in lists:
        lost = bool(joined)
        joined += [replace(claim, overridden=lost) for claim in claims]
    return tuple(joined)
