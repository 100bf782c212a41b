"""Associates as a login names them."""

from __future__ import annotations

from dataclasses import dataclass

from omt_core.api import SourceDatabase, Value
from omt_crm import statements
from omt_crm.numbers import whole_number
from omt_crm.vocabulary import AssociateType


@dataclass(frozen=True, slots=True, kw_only=True)
class Associate:
    """A row of associate (crm.md section 3)."""

    id: int
    login: str
    person_id: int
    retired: bool
    employee: bool


async def find_associate(database: SourceDatabase, *, login: str) -> Associate | None:
    """Return the associate of this login name: as it is written, else in any case if that is only one."""
    # All of them are read and compared here: LOWER of most databases knows no letters beyond ASCII, or not the same.
    associates = await _associates(database)
    exact = [associate for associate in associates if associate.login == login]
    folded = [associate for associate in associates if associate.login.casefold() == login.casefold()]
    candidates = exact or folded
    return candidates[0] if len(candidates) == 1 else None


async def get_associate(database: SourceDatabase, *, associate_id: int) -> Associate | None:
    """Return the associate with this id, or None."""
    return next((known for known in await _associates(database) if known.id == associate_id), None)


async def _associates(database: SourceDatabase) -> list[Associate]:
    return [
        Associate(
            id=whole_number(row[0]),
            login=text(row[1]),
            person_id=whole_number(row[2]),
            retired=whole_number(row[3]) != 0,
            employee=whole_number(row[4]) == AssociateType.EMPLOYEE,
        )
        for row in await database.rows(statements.ASSOCIATES)
    ]


def text(value: Value) -> str:
    """Return a text without blanks round it; NULL is empty."""
    return "" if value is None else str(value).strip()
