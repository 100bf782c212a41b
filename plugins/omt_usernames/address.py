"""When an address can be a user name."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from omt_core.api import sentence
from omt_usernames.settings import UserNamesSettings

REMEMBERED: Final = 20_000
"""Addresses that are remembered with their judgement: while a person moves cards, all are judged at each change."""


@lru_cache(maxsize=REMEMBERED)
def why_invalid(address: str, settings: UserNamesSettings) -> str | None:
    """Return what keeps an address from being a user name, as half a sentence, or None when nothing does (W66)."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - 20 ms, and only for who has users

    if address != address.strip():
        return sentence("there are spaces around it")
    if len(address) > settings.max_length:
        return sentence("it is longer than {longest} characters", longest=settings.max_length)
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=settings.international_names, strict=True)
    except EmailNotValidError as fault:
        return str(fault).rstrip(".")
    return None
