"""Whether a worker can see the roots of its homes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from distributed import Worker
from omt_core.api import sentence
from omt_core.api.files import openable

from omt_dask.messages.answers import Unseen


def unseen_roots(homes: Mapping[str, Mapping[str, bool]], dask_worker: Worker) -> Unseen:
    """Return the roots of this worker's homes that it cannot look into, each with the reason.

    Each root of `homes` says whether the tool sees anything in it: then it is not empty here either, but not mounted.
    """
    return tuple(
        (root, why)
        for home, roots in homes.items()
        if home in dask_worker.state.total_resources
        for root, filled in roots.items()
        if (why := _unseen(Path(root), filled=filled)) is not None
    )


def _unseen(root: Path, *, filled: bool) -> str | None:
    """Return why a root cannot be looked into, None where it can."""
    try:
        empty = next(Path(openable(root)).iterdir(), None) is None
    except OSError as error:
        return error.strerror or str(error)
    return sentence("it is empty there, but not for the tool") if empty and filled else None
