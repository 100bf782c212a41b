"""The user plans that exist online: a name and a number of seats each, in the order of their columns (W45, W47)."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from omt_core.api import sentence
from omt_tenant.errors import PLANS_MALFORMED

GENEROUS = 1_000


class OfferedPlan(BaseModel):
    """A plan of the catalogue; `total` seats."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    total: int = Field(ge=0)


DEFAULT_CATALOGUE = tuple(
    OfferedPlan(name=name, total=GENEROUS)
    for name in (
        "ten-sales",
        "ten-service",
        "ten-marketing",
        "ten-salesservicemarketing",
        "crm-suite-starter",
        "crm-suite-core",
        "crm-suite-growth",
        "crm-suite-plus",
        "crm-suite-super",
    )
)
"""ND: how a real tenant names its plans to the tool; these are the module names of crm.md section 5, and for
the newer suites names in the same manner."""


def parse_plans(text: str) -> tuple[OfferedPlan, ...]:
    """Read `NAME:TOTAL,...`. A name may hold anything but a colon and a comma. Raises InputError."""
    plans = []
    for part in text.split(","):
        name, colon, total = (word.strip() for word in part.partition(":"))
        if not name or not colon or not (total.isascii() and total.isdigit()):
            raise PLANS_MALFORMED.error(sentence("{part} is not a plan.", part=repr(part.strip())))
        plans.append(OfferedPlan(name=name, total=int(total)))
    _refuse_doubles(plans)
    return tuple(plans)


def _refuse_doubles(plans: Sequence[OfferedPlan]) -> None:
    names = [plan.name for plan in plans]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise PLANS_MALFORMED.error(
            sentence("Named twice: {doubles}.", doubles=", ".join(doubles)),
            remedy=sentence("Give each plan once, with all its seats."),
        )
