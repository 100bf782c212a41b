"""Dask's statistical profiler, which must not run beside the transfer on every Python."""

from __future__ import annotations

import sys
from typing import Final

from distributed import Worker, WorkerPlugin
from typing_extensions import override

_CALLBACKS: Final = ("profile", "profile-cycle")
_MENDED: Final = (3, 12)


class WithoutProfiler(WorkerPlugin):
    """Takes the profiler from workers that it may halt for ever.

    It looks at the frames of all threads a hundred times a second. Before Python 3.12 a collection of garbage that
    begins in such a look may wait for a lock that the look itself holds, with the interpreter's own lock in hand
    (python/cpython#106883): no thread of that worker runs any more, and what it was handed is never answered. Dask
    looks so in no event loop on Python 3.11, but in its workers it does.
    """

    name = "omt-without-profiler"

    @override
    def setup(self, worker: Worker) -> None:
        """Take the callbacks away: one that joins starts them only later."""
        if sys.version_info >= _MENDED:
            return
        for name in _CALLBACKS:
            callback = worker.periodic_callbacks.pop(name, None)
            if callback is not None:
                callback.stop()
