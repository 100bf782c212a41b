"""The statements of this plugin, in neutral SQL (`omt_crm.sql`)."""

from __future__ import annotations

from collections.abc import Sequence

SEQUENCES = 'SELECT id, next_id, TableName FROM "sequence"'
CLAIM_ID = 'UPDATE "sequence" SET next_id = ? WHERE id = ? AND next_id = ?'
"""Succeeds for one only of those who read the same `next_id`."""

HIGHEST_EVENT = "SELECT MAX(SystemEvent_id) FROM systemevent"
EVENT_BY_KEY = 'SELECT SystemEvent_id, eventmess FROM systemevent WHERE eventkey = ? AND "scope" = ? AND "owner" = ?'
EVENTS = 'SELECT SystemEvent_id, eventkey, eventmess FROM systemevent WHERE "scope" = ? AND "owner" = ?'
CHANGES_OF_EVENT = "SELECT updatedCount FROM systemevent WHERE SystemEvent_id = ?"
"""How often the product has changed the row; the freeze writes 0."""

DELETE_EVENT = (
    "DELETE FROM systemevent"
    ' WHERE SystemEvent_id = ? AND eventkey = ? AND eventmess = ? AND "scope" = ? AND "owner" = ?'
)

REQUIRED_COLUMNS = ("SystemEvent_id", "scope", "owner", "eventkey", "eventmess")
"""Without these the row could neither be found by the product nor be recognised as ours."""

OPTIONAL_COLUMNS = (
    "extraInfo", "registered", "registered_associate_id", "updated", "updated_associate_id", "updatedCount",
)  # fmt: skip
"""Written where the database has them (crm.md section 0: never require a column only because it is known)."""


def insert_event(columns: Sequence[str]) -> str:
    """Return the INSERT of one event with these columns, which are some of the constants above."""
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO systemevent ({names}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - constants


INSERT_EVENT = insert_event((*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS))
"""The whole of it, for the golden tests."""
