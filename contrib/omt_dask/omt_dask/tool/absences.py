"""Homes that have no worker while batches wait for one: a run that nobody looks at must end in the end, and say so."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

import anyio
from omt_core.api import joined, sentence

from omt_dask.errors import DASK_WORKERS_GONE

_SECONDS_UNTIL_TOLD: Final = 10.0
"""One that is started again at once is gone for less."""


class Absences:
    """Says once that no worker of a home is left, and once that one is there again."""

    def __init__(
        self, tell: Callable[[str], None], *, minutes: float, clock: Callable[[], float] = anyio.current_time
    ) -> None:
        """Wait up to so many `minutes` for a worker; `clock` tells seconds."""
        self.told: set[str] = set()
        """The homes that it was said of."""
        self._tell = tell
        self._minutes = minutes
        self._clock = clock
        self._since: dict[str, float] = {}

    def look(self, waiting: Collection[str], there: Collection[str]) -> bool:
        """Take it which homes have batches that are not answered, and which have workers.

        Returns whether `told` is another one by that. Raises `InstallationError` where a home lacks one for too long.
        """
        before = self.told.copy()
        for home in self._since.keys() & there:
            del self._since[home]
            if home in self.told:
                self.told.remove(home)
                self._tell(
                    sentence("A worker of {home} is there again.", home=home)
                    if home
                    else sentence("A worker is there again.")
                )
        now = self._clock()
        for home in sorted(set(waiting) - set(there)):
            seconds = now - self._since.setdefault(home, now)
            if seconds > 60 * self._minutes:
                raise DASK_WORKERS_GONE.error(_gone(home))
            if seconds >= _SECONDS_UNTIL_TOLD and home not in self.told:
                self.told.add(home)
                waits = sentence("Waiting up to {minutes:g} minutes for one.", minutes=self._minutes)
                self._tell(joined([_gone(home), waits], " "))
        return self.told != before


def _gone(home: str) -> str:
    return sentence("No worker of {home} is left.", home=home) if home else sentence("No worker is left.")
