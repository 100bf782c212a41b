"""What a scrub has read, for the line that says so, and what of it is damaged, for the check that names items."""

from __future__ import annotations

from dataclasses import dataclass, field

from omt_tenant.scrubbing.damage import Damage


@dataclass(slots=True)
class StoredCounts:
    """Of the store."""

    packs: int = 0
    contents: int = 0
    bytes: int = 0
    damage: Damage = field(default_factory=Damage)


@dataclass(slots=True)
class CompletedCounts:
    """Of what was completed."""

    receipts: int = 0
    tables: int = 0
    rows: int = 0
