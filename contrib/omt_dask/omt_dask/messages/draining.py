"""The end of what is under way behind a stop: it may finish what it is at, and is cut off where that takes too long."""

from __future__ import annotations

import math
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import anyio

SECONDS_TO_DRAIN: Final = 30.0
"""So long a worker may be at what is on the line when a stop comes: several requests on a line that is as it was."""


class Drain:
    """Lends scopes that are cancelled together in a while."""

    def __init__(self) -> None:
        self._cut_at = math.inf
        self._scopes: set[anyio.CancelScope] = set()

    @contextmanager
    def lent(self) -> Generator[anyio.CancelScope]:
        """Lend a scope, to be entered by whoever asked for it."""
        scope = anyio.CancelScope(deadline=self._cut_at)
        self._scopes.add(scope)
        try:
            yield scope
        finally:
            self._scopes.remove(scope)

    def begin(self, seconds: float) -> None:
        """Have all of them end within so many seconds, or as early as was said before."""
        self._set(min(self._cut_at, anyio.current_time() + seconds))

    def undo(self) -> None:
        """Let them go on."""
        self._set(math.inf)

    def _set(self, cut_at: float) -> None:
        self._cut_at = cut_at
        for scope in self._scopes:
            scope.deadline = cut_at
