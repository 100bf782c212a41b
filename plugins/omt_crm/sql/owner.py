"""The table prefix: the owner of the CRM's tables. It comes from files and people and goes into statements."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from omt_core.api import InstallationError

_OWNER: Final = re.compile(r"[^\W\d][\w$#]{0,127}", re.ASCII)
"""A plain identifier. ND: no example shows anything else (crm.md section 2)."""


def validate_owner(prefix: str) -> str:
    """Return the prefix if it can be an owner's name, else raise `InstallationError` `table-prefix-invalid`."""
    if _OWNER.fullmatch(prefix) is None:
        raise InstallationError(
            "table-prefix-invalid",
            f"The table prefix {prefix!r} cannot be the name of a schema.",
            "Give the owner of the CRM's tables as `prefix` in the answers file, section [installation].",
        )
    return prefix


def confirm_owner(prefix: str, owners: Iterable[str]) -> str:
    """Return the prefix as the database spells it, or raise `InstallationError` `table-prefix-unknown`."""
    validate_owner(prefix)
    found = sorted(owners, key=lambda owner: (owner != prefix, owner))
    for owner in found:
        if owner.lower() == prefix.lower():
            return owner
    raise InstallationError(
        "table-prefix-unknown",
        f"The database has no schema {prefix!r}; it has {', '.join(found) or 'none that can be read'}.",
        "Give the owner of the CRM's tables as `prefix` in the answers file, or let the database user read it.",
    )
