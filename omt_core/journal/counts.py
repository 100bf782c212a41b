"""How stages stand, counted once and again only after a change: with a million items a count takes a second."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from omt_core.api.stages import StageTotals
from omt_core.journal import items


class Counts:
    """The totals of one run, which alone changes items. To be used on the journal's thread only."""

    def __init__(self) -> None:
        self._run = 0
        self._known: dict[str, StageTotals] = {}

    def changed(self, stages: Iterable[str]) -> None:
        """Forget what was counted of these stages, in the transaction that changes their items."""
        for stage in stages:
            self._known.pop(stage, None)

    def of(self, connection: sqlite3.Connection, run: int, stages: Iterable[str]) -> Mapping[str, StageTotals]:
        """Return the totals of those of these stages that have items, as `run` sees them."""
        if run != self._run:
            self._run, self._known = run, {}
        for stage in stages:
            if stage not in self._known:
                self._known |= items.totals(connection, run, stage)
        return {stage: self._known[stage] for stage in stages if stage in self._known}
