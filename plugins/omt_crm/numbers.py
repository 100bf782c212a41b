"""Whole numbers from the database, as any driver gives them: the one place that knows what they come as."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
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


def merged(numbers: array[int], others: Iterable[int]) -> array[int]:
    """Return sorted numbers with a few others among them; memory holds arrays, and no number by itself."""
    found = array("q")
    begin = 0
    for number in sorted(others):
        end = bisect_right(numbers, number, begin)
        found += numbers[begin:end]
        found.append(number)
        begin = end
    found += numbers[begin:]
    return found
