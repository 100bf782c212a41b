"""The gate before the line: lets as many uploads through as the window allows, and times what they carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import anyio

from omt_upload.settings import UploadSettings
from omt_upload.window import UploadWindow

_BODIES_A_PERIOD: Final = 2
"""Bodies for each upload that is allowed, over which the speed is taken."""


class Gate:
    """Bounds what is under way, with two limiters that it makes wider and narrower.

    `slots` bounds the batches that are read, negotiated or sent at a time, and with them the memory; waiting stages get
    them in turn, so that none starves (W75). `uploads` bounds the requests with a body.
    """

    def __init__(self, settings: UploadSettings, *, most: int, clock: Callable[[], float] = anyio.current_time) -> None:
        """Begin within the settings and `most`, what the online side takes at once; must run in an event loop."""
        most = min(most, settings.parallel_uploads)
        self._window = UploadWindow(fewest=min(settings.fewest_uploads, most), most=most, first=settings.first_uploads)
        self._readers = settings.readers
        self.most_slots = most + settings.readers
        self._clock = clock
        self._refusals = 0
        self.uploads = anyio.CapacityLimiter(self._window.allowed)
        self.slots = anyio.CapacityLimiter(self._window.allowed + self._readers)
        self._begin()

    def passed(self, size: int, *, refusals: int) -> None:
        """Count a body that went through. `refusals`: how often the online side has turned something away so far."""
        self._bytes += size
        self._bodies += 1
        self._full += self.uploads.borrowed_tokens >= self.uploads.total_tokens
        if refusals > self._refusals:
            self._refusals = refusals
            self._window.turned_away()
        elif self._bodies < _BODIES_A_PERIOD * self._window.allowed:
            return
        else:
            seconds = max(self._clock() - self._begun, 1e-6)
            self._window.measured(self._bytes / seconds, full=2 * self._full > self._bodies)
        self.uploads.total_tokens = self._window.allowed
        self.slots.total_tokens = self._window.allowed + self._readers
        self._begin()

    def _begin(self) -> None:
        self._begun = self._clock()
        self._bytes = self._bodies = self._full = 0
