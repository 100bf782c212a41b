"""Whole numbers from the database, as any driver gives them."""

from __future__ import annotations

from decimal import Decimal

from omt_core.api import Value


def whole_number(value: Value) -> int:
    """Return an id or a count: an int, or the Decimal or float that Oracle's NUMBER becomes; NULL is 0."""
    if value is None:
        return 0
    if isinstance(value, int | float | Decimal):
        return int(value)
    return int(str(value))
