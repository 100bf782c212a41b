"""Whether a worker can see the roots of its homes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from distributed import Worker
from omt_core.api.files import openable

from omt_dask.messages.answers import Unseen


def unseen_roots(homes: Mapping[str, Sequence[str]], dask_worker: Worker) -> Unseen:
    """Return the roots of this worker's homes that it cannot look into, each with the reason."""
    return tuple(
        (root, why)
        for home, roots in homes.items()
        if home in dask_worker.state.total_resources
        for root in roots
        if (why := _unseen(Path(root))) is not None
    )


def _unseen(root: Path) -> str | None:
    """Return why a root cannot be looked into, None where it can."""
    try:
        next(Path(openable(root)).iterdir(), None)
    except OSError as error:
        return error.strerror or str(error)
    return None
