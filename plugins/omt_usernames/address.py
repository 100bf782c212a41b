"""When an address can be a user name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from omt_core.api import Sentence, sentence
from omt_usernames.settings import UserNamesSettings

REMEMBERED: Final = 20_000
"""Addresses that are remembered with their judgement: while a person moves cards, all are judged at each change."""

_SAID: Final[Sequence[tuple[str, Callable[..., Sentence]]]] = (
    ("must have an @-sign", lambda: sentence("there is no @ in it")),
    ("instead of a regular at-sign", lambda: sentence("a character that only looks like one stands in place of the @")),
    ("something before the @-sign", lambda: sentence("nothing stands before the @")),
    ("something after the @-sign", lambda: sentence("nothing stands after the @")),
    ("too long before the @-sign", lambda: sentence("the part before the @ is too long")),
    ("too long after the @-sign", lambda: sentence("the part after the @ is too long")),
    ("too long", lambda: sentence("it is too long")),
    ("so many characters", lambda: sentence("what stands between two dots is too long")),
    (
        r"Internationalized characters before the @-sign are not supported: (.*)\.",
        lambda characters: sentence(
            "only English letters may stand before the @, not {characters}", characters=_shown(characters)
        ),
    ),
    (
        r"invalid characters (?:in quotes )?before the @-sign: (.*)\.",
        lambda characters: sentence("before the @ stands what may not: {characters}", characters=_shown(characters)),
    ),
    (
        r"The part after the @-sign contains invalid characters[^:]*: (.*)\.",
        lambda characters: sentence("after the @ stands what may not: {characters}", characters=_shown(characters)),
    ),
    (
        r"unsafe characters: (.*)\.",
        lambda characters: sentence(
            "there are characters in it that no address may have: {characters}", characters=_shown(characters)
        ),
    ),
    ("two periods in a row", lambda: sentence("there are two dots in a row")),
    ("period and a hyphen next to", lambda: sentence("a dot and a hyphen stand side by side")),
    (
        "(?:start|end) with a (?:period|hyphen)|a (?:period|hyphen) immediately",
        lambda: sentence("a dot or a hyphen stands at its beginning or end, or beside the @"),
    ),
    ("should have a period", lambda: sentence("there is no dot after the @")),
    ("top-level domain", lambda: sentence("it does not end with a top-level domain")),
    ("special-use or reserved", lambda: sentence("what stands after the @ is kept for other uses")),
    ("Quoting the part", lambda: sentence("the part before the @ stands in quotes")),
    ("brackets? after|bracketed", lambda: sentence("an IP address stands after the @")),
    ("display name", lambda: sentence("a name stands beside the address")),
)
"""What the library says in English, by a part of it, and how we say it; the first that is found counts."""


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
        return _told(str(fault))
    return None


def _shown(characters: str) -> str:
    return sentence("a space") if characters == "SPACE" else characters


def _told(fault: str) -> Sentence:
    for pattern, made in _SAID:
        found = re.search(pattern, fault, re.DOTALL)
        if found is not None:
            return made(*found.groups())
    return sentence("it is no e-mail address ({reason})", reason=fault.rstrip("."))
