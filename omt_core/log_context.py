"""Where a line of the log comes from: the plugin that is asked, its hook and stage, the run and its workspace."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Final

FIELDS: Final = ("code", "plugin", "hook", "stage", "run", "workspace")
"""What a line may say beside its message, in this order; `code` is that of an error or a finding."""

_asked: ContextVar[Mapping[str, str]] = ContextVar("_asked", default=MappingProxyType({}))
_runs: Final[list[Mapping[str, str]]] = []
"""The run under way is the last. Of the process and no context: plugins log from threads and tasks of their own."""


@contextmanager
def about(**fields: str) -> Iterator[None]:
    """Say of each line of this context what it is about: `plugin`, `hook`, `stage`."""
    token = _asked.set({**_asked.get(), **fields})
    try:
        yield
    finally:
        _asked.reset(token)


@contextmanager
def run_of(number: int, workspace: Path) -> Iterator[None]:
    """Say of each line of the process which run it belongs to, for as long as the context lasts."""
    mine = {"run": str(number), "workspace": str(workspace)}
    _runs.append(mine)
    try:
        yield
    finally:
        _runs.remove(mine)


def origin(record: logging.LogRecord) -> dict[str, str]:
    """Return what is known of where a line comes from; what it says itself (`extra`) weighs most."""
    said = {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
    known = {**(_runs[-1] if _runs else {}), **_asked.get(), **said}
    return {name: str(known[name]) for name in FIELDS if name in known}
