"""Who is an administrator: by function right, never by the name of a role (domain/README.md section 3)."""

from __future__ import annotations

from omt_auth import statements
from omt_auth.associates import integer, text
from omt_core.api import SourceDatabase
from omt_crm.vocabulary import ADMINISTRATOR_RIGHTS, LicenceType

_USER_LICENCES = frozenset({LicenceType.USER, LicenceType.USER_OTHER_PAGE})


async def administrator_right(
    database: SourceDatabase, *, associate_id: int, reported: frozenset[str] | None
) -> str | None:
    """Return the right that makes an associate an administrator, the stronger one first, or None.

    What the product itself `reported` counts, since it also looks at licences and at the rows' hashes. Without that the
    rows do; a right with a required module needs its licence.
    """
    if reported is not None:
        held = {right.casefold() for right in reported}
    else:
        licences = await _licences(database, associate_id)
        rows = await database.rows(statements.ADMINISTRATOR_RIGHTS, (associate_id, *ADMINISTRATOR_RIGHTS))
        held = {
            text(name).casefold() for name, module in rows if not text(module) or text(module).casefold() in licences
        }
    return next((right for right in ADMINISTRATOR_RIGHTS if right in held), None)


async def _licences(database: SourceDatabase, associate_id: int) -> frozenset[str]:
    """Return the modules that are licensed for an associate: those of the site, and the user licences assigned."""
    if database.table("modulelicense") is None or database.table("licenseassoclink") is None:
        return frozenset()
    return frozenset(
        text(module).casefold()
        for module, kind, assigned in await database.rows(statements.LICENCES, (associate_id,))
        if integer(kind) not in _USER_LICENCES or integer(assigned) > 0
    )
