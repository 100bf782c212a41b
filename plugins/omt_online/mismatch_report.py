"""Say mismatches to a person or a program, and end a command with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice

import anyio.to_thread

from omt_core.api import CommandContext, ExitCode, FindingCode
from omt_online.findings import ARCHIVE_MISMATCH, RECEIPT_MISMATCH, STORE_MISMATCH, TENANT_MISMATCH
from omt_online.receipt import Mismatch

MISMATCHES_TOLD = 1_000
"""How many mismatches are named; all are counted."""

_BATCH = 100

_CODES = {"archive": ARCHIVE_MISMATCH, "tenant": TENANT_MISMATCH, "store": STORE_MISMATCH}


class MismatchReport:
    """Collects mismatches, saying each to a person at once."""

    def __init__(self, context: CommandContext) -> None:
        self._context = context
        self._told: list[Mismatch] = []
        self._total = 0

    @property
    def total(self) -> int:
        """How many there were."""
        return self._total

    def add(self, mismatch: Mismatch) -> None:
        """Name one more."""
        self._total += 1
        if len(self._told) < MISMATCHES_TOLD:
            self._told.append(mismatch)
            self._context.print(f"MISMATCH  {mismatch}")

    async def take(self, mismatches: Iterator[Mismatch]) -> None:
        """Name all that come; what finds them may read for a long time and runs in a thread."""
        while batch := await anyio.to_thread.run_sync(lambda: list(islice(mismatches, _BATCH))):
            for mismatch in batch:
                self.add(mismatch)

    def finish(self, good: str) -> int:
        """End the command: say `good` if there was none."""
        if not self._total:
            self._context.print(good)
            return self._context.finish(ExitCode.DONE)
        self._context.print(f"{self._total} mismatches." if self._total > 1 else "1 mismatch.")
        findings = [asdict(_code(mismatch).finding(str(mismatch), _subjects(mismatch))) for mismatch in self._told]
        return self._context.finish(ExitCode.FINDINGS, findings=findings)


def _code(mismatch: Mismatch) -> FindingCode:
    return _CODES.get(mismatch.where, RECEIPT_MISMATCH)


def _subjects(mismatch: Mismatch) -> tuple[str, ...]:
    return (mismatch.key or mismatch.field,)
