"""The one way in which a tenant refuses what was committed: verification-failed, with every reason by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from omt_core.api import OnlineRefusedError

DETAILS_TOLD = 1_000
"""How many reasons one refusal lists; the message tells how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A reason: a stable code, what it is about (`stage/key`, a table, a login), and a sentence."""

    code: str
    subject: str
    message: str


class VerificationFailedError(OnlineRefusedError):
    """What was committed is not whole, not what was announced, or cannot be applied. Nothing online has changed."""

    def __init__(self, details: Sequence[Detail], total: int | None = None) -> None:
        count = len(details) if total is None else total
        super().__init__(
            "verification-failed",
            f"The tenant refused the migration; reasons: {count}.",
            "Mend what the reasons name and run the migration again: what is damaged or not there is sent anew.",
        )
        self.details = tuple(details)[:DETAILS_TOLD]


class Reasons:
    """Collects reasons, keeps the first thousand and counts the rest."""

    def __init__(self) -> None:
        self._details: list[Detail] = []
        self._total = 0

    def add(self, code: str, subject: str, message: str) -> None:
        """Note one more reason."""
        self._total += 1
        if len(self._details) < DETAILS_TOLD:
            self._details.append(Detail(code=code, subject=subject, message=message))

    def extend(self, details: Iterable[Detail]) -> None:
        """Note several."""
        for detail in details:
            self.add(detail.code, detail.subject, detail.message)

    def raise_if_any(self) -> None:
        """Refuse, if there is a reason to."""
        if self._details:
            raise VerificationFailedError(self._details, self._total)
