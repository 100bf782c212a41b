"""Items whose file the site does not have: those that an earlier run had sent are online all the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from omt_core.api import Item, ItemState
from omt_core.api.findings import SUBJECTS_SHOWN
from omt_core.api.journal import TransferJournal


class AbsentItems:
    """Counts what an inventory tells to be missing, and keeps the first names; memory stays flat."""

    def __init__(self) -> None:
        self.count = 0
        self._names: dict[str, str] = {}

    def add(self, items: Iterable[Item]) -> None:
        """Note that the files of these items are not on site."""
        for item in items:
            self.count += 1
            if len(self._names) < SUBJECTS_SHOWN:
                self._names[item.key] = item.name

    async def kept(self, journal: TransferJournal, stage: str) -> tuple[int, Sequence[str]]:
        """Count those that are not missing for the journal, since what was sent stays online; with the first names."""
        if not self.count:
            return 0, ()
        names, missing = dict(self._names), 0
        async for batch in journal.items.records(stage=stage, states=(ItemState.MISSING,)):
            missing += len(batch)
            for record in batch:
                names.pop(record.key, None)
        # Beyond the first it is the difference, which a file that vanished while it was read makes too small.
        return max(len(names), self.count - missing), tuple(names.values())
