"""When two user names, or addresses that could be one, are the same: the one rule of tool and tenant (W63).

ND: crm.md section 10 asks for uniqueness without saying how names are compared.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

import idna

REMEMBERED: Final = 20_000
"""Addresses that are remembered with their form: while a person moves cards, all are compared at each change."""


@lru_cache(maxsize=REMEMBERED)
def canonical_user_name(address: str) -> str:
    """Return the form in which addresses are compared: equal forms are the same user name.

    Trimmed, composed (NFC), without regard to case, and with an international domain as its A-label (`xn--...`).
    Works on any text, since databases hold any; the form of a form is itself.
    """
    if address.isascii():
        return address.strip().lower()
    local, at, domain = address.strip().rpartition("@")
    return f"{_folded(local)}{at}{_a_label(domain)}" if at else _folded(domain)


def same_user_name(one: str, other: str) -> bool:
    """Tell whether two addresses are the same user name."""
    return canonical_user_name(one) == canonical_user_name(other)


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
