"""Where a document's file lies below an archive root: crm.md section 6, written independently of omt_crm.

This is the oracle that the migration is held against, so it shares no code with what it judges; its own tests are
examples worked out by hand.
"""

from __future__ import annotations

from datetime import datetime

LAST_MONTH_OF_FIRST_PERIOD = 7
"""January to July are period 1, August to December period 2: not half-years."""


def period_folder(registered: datetime) -> str:
    """`YYYY.P` for a document registered then."""
    return f"{registered.year}.{1 if registered.month <= LAST_MONTH_OF_FIRST_PERIOD else 2}"


def neighbouring_period(registered: datetime) -> str:
    """Return the period before that of a document registered then."""
    if registered.month > LAST_MONTH_OF_FIRST_PERIOD:
        return f"{registered.year}.1"
    return f"{registered.year - 1}.2"


def document_path(login: str, registered: datetime, name: str) -> str:
    r"""`LOGIN\YYYY.P\NAME`, relative to an archive root."""
    return f"{login}\\{period_folder(registered)}\\{name}"
