"""An id for a new system event, taken from the CRM's own table of sequences."""

from __future__ import annotations

from omt_core.api import SourceDatabase
from omt_crm.numbers import whole_number
from omt_freeze.errors import EVENT_ID_CONTENDED
from omt_freeze.statements import CLAIM_ID, HIGHEST_EVENT, SEQUENCES

ATTEMPTS = 20
"""How often to try again when others take ids at the same moment."""


async def reserve_event_id(database: SourceDatabase) -> int:
    """Return an id that nobody else will use (crm.md section 2: the value before the increment).

    The product increments and reads in one transaction; here the increment itself says which value it started from, so
    that it succeeds for one taker only. A crash after it leaves a gap in the ids and nothing else. A sequence that has
    fallen behind the table is skipped forward. Where the table has no sequence the product itself can add no row, so
    the id behind the highest is free. Raises `InstallationError` `event-id-contended`.
    """
    for _ in range(ATTEMPTS):
        free = whole_number((await database.rows(HIGHEST_EVENT))[0][0]) + 1
        sequence = await _sequence(database)
        if sequence is None:
            return free
        row, next_id = sequence
        claimed = max(next_id, free)
        if await database.write(CLAIM_ID, (claimed + 1, row, next_id)) == 1:
            return claimed
    raise EVENT_ID_CONTENDED.error()


async def _sequence(database: SourceDatabase) -> tuple[int, int] | None:
    """Return id and next_id of the sequence of systemevent, found by name since table numbers differ."""
    if database.table("sequence") is None:
        return None
    for row, next_id, name in await database.rows(SEQUENCES):
        if str(name).strip().lower() == "systemevent" and next_id is not None:
            return whole_number(row), whole_number(next_id)
    return None
