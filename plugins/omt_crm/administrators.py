"""Who is an administrator: by function right, never by the name or the id of a role (crm.md section 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from omt_core.api import SourceDatabase
from omt_crm import statements
from omt_crm.licences import Licences
from omt_crm.numbers import whole_number
from omt_crm.tolerant import rows_if_there
from omt_crm.vocabulary import ADMINISTRATOR_RIGHTS


def strongest_right(rights: Iterable[str]) -> str | None:
    """Return the one of these function rights that makes an administrator, the stronger first, or None."""
    held = {right.strip().casefold() for right in rights}
    return next((right for right in ADMINISTRATOR_RIGHTS if right in held), None)


@dataclass(frozen=True, slots=True)
class AdministratorRights:
    """The rights that make an administrator, each with the module that it requires (or ""), by associate id."""

    granted: Mapping[int, list[tuple[str, str]]]
    licences: Licences

    def of(self, associate: int) -> str | None:
        """Return the right that makes an associate an administrator, or None; one that requires a module needs it."""
        return strongest_right(
            right
            for right, module in self.granted.get(associate, ())
            if not module or self.licences.holds(associate, module)
        )


async def read_administrator_rights(database: SourceDatabase, licences: Licences) -> AdministratorRights:
    """Read the administrators' rights of all associates by way of their roles."""
    tables = ["userrolelink", "functionrightrolelink", "functionright"]
    granted: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for associate, right, module in await rows_if_there(database, tables, statements.ADMINISTRATOR_RIGHTS):
        granted[whole_number(associate)].append((str(right), str(module or "").strip()))
    return AdministratorRights(granted, licences)
