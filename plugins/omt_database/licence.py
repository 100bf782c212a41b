"""The licence identity and the product's version (crm.md sections 2 and 5, W19)."""

from __future__ import annotations

import re
from typing import Final

from omt_core.api import Licence, SourceDatabase
from omt_crm.tolerant import rows_if_there
from omt_database.errors import LICENCE_MISSING
from omt_database.statements import COMPANY, MODEL_VERSION

_DOTTED: Final = re.compile(r"\d+(?:\.\d+)+")


async def read_licence(database: SourceDatabase) -> Licence:
    """Read owner, serial number and version; raises `InstallationError` `licence-missing` when there is none."""
    companies = await rows_if_there(database, ["company"], COMPANY)
    if not companies:
        raise LICENCE_MISSING.error()
    owner, serial, schema_version = companies[0][:3]
    models = await rows_if_there(database, ["databasemodel"], MODEL_VERSION)
    return Licence(
        owner=str(owner or "").strip(),
        serial=str(serial or "").strip(),
        version=product_version(models[0][0] if models else None, schema_version),
    )


def product_version(model: object, schema: object) -> str:
    """Return the version as shown.

    ND: where the original takes its text ("SuperOffice 8.5.7458.", W19) from. Chosen: what looks like a version in that
    of the database model (8.1 and later), else all of that, else the number of the schema.
    """
    dotted = _DOTTED.search(str(model or ""))
    return f"SuperOffice {dotted[0] if dotted else model or schema or 'of unknown version'}"
