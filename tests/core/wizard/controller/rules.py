"""A rule whose answer a test decides: when it comes, and whether it is an error, a fault, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import anyio
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.findings import Finding, FindingCode, Severity
from omt_core.api.plugin import Plugin, hookimpl

ROOT_MISSING = FindingCode(
    code="root-missing", severity=Severity.ERROR, plugin="rules", meaning="A root is gone.", remedy="Bring it back."
)


class Watched(Plugin):
    """Looks at the documents, and notes whether the installation is frozen."""

    asked: ClassVar[anyio.Event]
    may_answer: ClassVar[anyio.Event]
    finds: ClassVar[bool]
    fault: ClassVar[BaseException | None]
    frozen: ClassVar[int]

    @classmethod
    def begin(cls) -> None:
        """Answer nothing at once."""
        cls.asked, cls.may_answer = anyio.Event(), anyio.Event()
        cls.may_answer.set()
        cls.finds, cls.fault, cls.frozen = False, None, 0

    @classmethod
    def wait(cls) -> None:
        """Answer no more until `may_answer` is set."""
        cls.asked, cls.may_answer = anyio.Event(), anyio.Event()

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (ROOT_MISSING,)

    @override
    @hookimpl
    async def validate_documents(self, call: calls.ValidateDocuments) -> Sequence[Finding]:
        self.asked.set()
        await self.may_answer.wait()
        if self.fault is not None:
            raise self.fault
        return (ROOT_MISSING.finding("It is gone."),) if self.finds else ()

    @override
    @hookimpl
    async def freeze(self, call: calls.Freeze) -> None:
        Watched.frozen += 1

    @override
    @hookimpl
    async def thaw(self, call: calls.Thaw) -> Sequence[Finding]:
        return ()
