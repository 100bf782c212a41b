"""The table prefix: the owner of the CRM's tables. It comes from files and people and goes into statements."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from omt_core.api import sentence
from omt_crm.errors import TABLE_PREFIX_INVALID, TABLE_PREFIX_UNKNOWN

_OWNER: Final = re.compile(r"[^\W\d][\w$#]{0,127}", re.ASCII)
"""A plain identifier. ND: no example shows anything else (crm.md section 2)."""


def validate_owner(prefix: str) -> str:
    """Return the prefix if it can be an owner's name, else raise `InstallationError` `table-prefix-invalid`."""
    if _OWNER.fullmatch(prefix) is None:
        raise TABLE_PREFIX_INVALID.error(
            sentence("The table prefix {prefix} cannot be the name of a schema.", prefix=repr(prefix))
        )
    return prefix


def confirm_owner(prefix: str, owners: Iterable[str]) -> str:
    """Return the prefix as the database spells it, or raise `InstallationError` `table-prefix-unknown`."""
    validate_owner(prefix)
    found = sorted(owners, key=lambda owner: (owner != prefix, owner))
    for owner in found:
        if owner.lower() == prefix.lower():
            return owner
    raise TABLE_PREFIX_UNKNOWN.error(
        sentence(
            "The database has no schema {prefix}; it has {found}.",
            prefix=repr(prefix),
            found=", ".join(found) or sentence("none that can be read"),
        )
    )
