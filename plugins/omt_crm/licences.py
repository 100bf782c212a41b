"""Licence modules and who has them (crm.md section 5), compared by id and never by name alone.

A partner may sell a module that bears the name of one of the vendor's. So names are looked up among the vendor's own
modules only, and from there on ids count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from omt_core.api import SourceDatabase
from omt_crm import statements
from omt_crm.numbers import whole_number
from omt_crm.tolerant import rows_if_there
from omt_crm.vocabulary import NO_PLAN_MODULE, VENDOR, LicenceFlags, LicenceType


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A licence module of the vendor's."""

    id: int
    name: str
    site: bool
    plan: bool


@dataclass(frozen=True, slots=True)
class Licences:
    """The vendor's modules by id, and the ids of all modules assigned by associate id."""

    modules: Mapping[int, Module]
    assigned: Mapping[int, frozenset[int]]

    def has(self, associate: int, module: str) -> bool:
        """Tell whether the vendor's module of this name is assigned to an associate."""
        assigned = self.assigned.get(associate, frozenset())
        return any(known.id in assigned for known in self._called(module))

    def holds(self, associate: int, module: str) -> bool:
        """Tell whether an associate may use the vendor's module of this name: assigned, or licensed for the site."""
        return any(known.site for known in self._called(module)) or self.has(associate, module)

    def plan_of(self, associate: int) -> str | None:
        """Return the name of the user plan that is assigned to an associate; None, also for "(No Selection)"."""
        plans = (self.modules[key] for key in sorted(self.assigned.get(associate, ())) if key in self.modules)
        return next((plan.name for plan in plans if plan.plan and plan.name.casefold() != NO_PLAN_MODULE), None)

    def _called(self, name: str) -> list[Module]:
        return [known for known in self.modules.values() if known.name.casefold() == name.casefold()]


async def read_licences(database: SourceDatabase) -> Licences:
    """Read modules and assignments. A database without table moduleowner has no partner's modules, so all count."""
    owned = (table := database.table("modulelicense")) is not None and table.has("ModuleOwner_id")
    owners = await rows_if_there(database, ["moduleowner"], statements.MODULE_OWNERS) if owned else ()
    vendor = {whole_number(key) for key, name in owners if str(name or "").strip().upper() == VENDOR}
    owned = owned and database.table("moduleowner") is not None
    modules: dict[int, Module] = {}
    for key, name, kind, flags, owner in await rows_if_there(database, ["modulelicense"], statements.MODULES):
        if not owned or whole_number(owner) in vendor:
            number = whole_number(key)
            modules[number] = Module(
                id=number,
                name=str(name or "").strip(),
                site=whole_number(kind) == LicenceType.SITE,
                plan=bool(whole_number(flags) & LicenceFlags.USER_PLAN),
            )
    assigned: defaultdict[int, set[int]] = defaultdict(set)
    for associate, module in await rows_if_there(database, ["licenseassoclink"], statements.ASSIGNED_MODULES):
        assigned[whole_number(associate)].add(whole_number(module))
    return Licences(modules, {associate: frozenset(ids) for associate, ids in assigned.items()})
