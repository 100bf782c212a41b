"""Whole numbers from the database, as any driver gives them: the one place that knows what they come as."""

from __future__ import annotations

from decimal import Decimal

from omt_core.api import Value


def whole_number(value: Value) -> int:
    """Return an id or a count: an int, the Decimal or float that Oracle's NUMBER becomes, or digits.

    NULL is 0, which means no reference everywhere in the CRM (crm.md section 2).
    """
    if value is None:
        return 0
    if isinstance(value, int | float | Decimal):
        return int(value)
    return int(str(value))
