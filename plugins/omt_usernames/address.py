"""When an address can be a user name, and when two of them are the same."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

import idna
from email_validator import EmailNotValidError, validate_email

from omt_usernames.settings import UserNamesSettings

REMEMBERED: Final = 20_000
"""Addresses that are remembered with their judgement: while a person moves cards, all are judged at each change."""


@lru_cache(maxsize=REMEMBERED)
def normalized(address: str) -> str:
    """Return the form in which addresses are compared: equal forms are the same user name (W63).

    Trimmed, composed (NFC), without regard to case, and with an international domain as its A-label (`xn--...`).
    Works on any text, since databases hold any; the form of a form is itself.
    """
    if address.isascii():
        return address.strip().lower()
    local, at, domain = address.strip().rpartition("@")
    return f"{_folded(local)}{at}{_a_label(domain)}" if at else _folded(domain)


@lru_cache(maxsize=REMEMBERED)
def why_invalid(address: str, settings: UserNamesSettings) -> str | None:
    """Return what keeps an address from being a user name, as half a sentence, or None when nothing does (W66)."""
    if address != address.strip():
        return "there are spaces around it"
    if len(address) > settings.max_length:
        return f"it is longer than {settings.max_length} characters"
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=settings.international_names, strict=True)
    except EmailNotValidError as fault:
        return str(fault).rstrip(".")
    return None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def _a_label(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        # Not a domain. Folding may make it one, and the form of a form must be itself.
        folded = _folded(domain)
        return folded if folded == domain else _a_label(folded)
