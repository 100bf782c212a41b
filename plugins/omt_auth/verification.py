"""What a verifier is: something that can tell whether a name and a password belong together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from omt_core.api.calls import Authenticate


class Verdict(Enum):
    """What a verifier says."""

    CONFIRMED = auto()
    WRONG = auto()
    UNDECIDED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The verdict, with the associate if confirmed and the reason, for a person, if undecided.

    `rights` are the function rights that the product itself reported, None where it did not.
    """

    verdict: Verdict
    associate_id: int | None = None
    rights: frozenset[str] | None = None
    detail: str = ""


WRONG = Verification(verdict=Verdict.WRONG)


def undecided(detail: str) -> Verification:
    """Return that nothing can be said, and why."""
    return Verification(verdict=Verdict.UNDECIDED, detail=detail)


class Verifier(Protocol):
    """One way to verify. `name` is what the settings and the report call it."""

    @property
    def name(self) -> str:
        """The verifier's name."""
        ...

    async def verify(self, call: Authenticate) -> Verification:
        """Verify; never raises for a wrong password, and takes the same way for an unknown name."""
        ...
