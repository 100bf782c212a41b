"""Say mismatches to a person or a program, and end a command with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Final

import anyio.to_thread

from omt_core.api import CommandContext, ExitCode, Finding, FindingCode, Severity, plural, sentence
from omt_protocol.receipt import Mismatch

MISMATCHES_TOLD = 1_000
"""How many mismatches are named; all are counted."""

_BATCH = 100

RECEIPT_MISMATCH: Final = FindingCode(
    code="receipt-mismatch",
    severity=Severity.ERROR,
    plugin="online",
    meaning="The receipt, its signature and its manifest do not belong together: at least one of them was changed or "
    "damaged since the tenant signed it, or another tenant signed it.",
    remedy="Fetch receipt and manifest again from the tenant, or take them from another copy; trust neither until they "
    "agree.",
)
"""Declared by the plugin `online`, whose command `verify` finds it; `tenant verify` finds it too."""


class MismatchReport:
    """Collects mismatches, saying each to a person at once.

    `codes` has the finding by where a mismatch is; it is `RECEIPT_MISMATCH` everywhere else.
    """

    def __init__(self, context: CommandContext, codes: Mapping[str, FindingCode]) -> None:
        self._context = context
        self._codes = codes
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
            self._context.print(sentence("MISMATCH  {mismatch}", mismatch=str(mismatch)))

    async def take(self, mismatches: Iterator[Mismatch]) -> None:
        """Name all that come; what finds them may read for a long time and runs in a thread."""
        while batch := await anyio.to_thread.run_sync(lambda: list(islice(mismatches, _BATCH))):
            for mismatch in batch:
                self.add(mismatch)

    def finish(self, good: str, **fields: object) -> int:
        """End the command: say `good` if there was none. The `fields` are those of the command's own in JSON."""
        if not self._total:
            self._context.print(good)
            return self._context.finish(ExitCode.DONE, **fields)
        self._context.print(plural(self._total, "{number:,} mismatch.", "{number:,} mismatches."))
        findings = [asdict(self._finding(mismatch)) for mismatch in self._told]
        return self._context.finish(ExitCode.FINDINGS, findings=findings, **fields)

    def _finding(self, mismatch: Mismatch) -> Finding:
        code = self._codes.get(mismatch.where, RECEIPT_MISMATCH)
        return code.finding(str(mismatch), (mismatch.key or mismatch.field,))
