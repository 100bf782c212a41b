"""What workers tell the tool: who they are, and what became of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from omt_upload.lanes.batch_sender import BatchError, BatchResult

Unseen: TypeAlias = tuple[tuple[str, str], ...]
"""Roots that cannot be looked into, each with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A worker as it tells of itself; `unseen` are roots of its homes with the reason why it cannot see them.

    `key` is the public one that secrets for it are sealed with.
    """

    name: str
    key: bytes
    resources: Mapping[str, float]
    unseen: Unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a batch, which worker sent it, and how many seconds that took."""

    machine: str
    seconds: float
    result: BatchResult


class SendingFailedError(Exception):
    """Nothing of a batch could be sent; what ends one that is under way is in its result."""

    def __init__(self, error: BatchError) -> None:
        super().__init__(error)
        self.error = error
