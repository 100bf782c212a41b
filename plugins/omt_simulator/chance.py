"""Deterministic chance: every subject draws from a stream of its own, so that adding one changes no other."""

from __future__ import annotations

import random
from datetime import UTC, datetime

EPOCH = datetime(2016, 5, 2, 8, 0, 0)  # noqa: DTZ001  (the database's own base time zone, crm.md section 2)
"""When rows that carry no date of their own were registered."""

TODAY = datetime(2024, 11, 15, 9, 30, 0)  # noqa: DTZ001
"""The simulated present. The machine's clock is never read: the same seed gives the same bytes on any day."""


def stream(seed: int, *subject: object) -> random.Random:
    """Return the stream of chance for one subject of one installation."""
    return random.Random("/".join(map(str, (seed, *subject))))  # noqa: S311  (plausible data, no secrets)


def modified_ns(moment: datetime) -> int:
    """Return a naive moment as nanoseconds since 1970, read as UTC so that no machine's time zone matters."""
    return int(moment.replace(tzinfo=UTC).timestamp()) * 1_000_000_000
