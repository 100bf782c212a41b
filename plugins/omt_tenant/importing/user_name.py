"""When two user names or addresses are the same."""

from __future__ import annotations

import unicodedata
from contextlib import suppress

import idna


def comparable(address: str) -> str:
    """Return what addresses are compared by: trimmed, without case, the domain as it goes over the wire.

    ND: domain/README.md section 10 asks for uniqueness without saying how names are compared.
    """
    name, at, domain = address.strip().rpartition("@")
    with suppress(idna.IDNAError):  # not a domain that can be looked up: compared as it is written
        domain = idna.encode(domain, uts46=True).decode("ascii")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", f"{name}{at}{domain}").casefold())
