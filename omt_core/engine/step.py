"""A step: what a front end asks of a run. The command line takes steps from answers, the wizard from a person."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from omt_core.engine.phases import Phase
from omt_core.engine.session import MigrationSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(ABC):
    """One thing to do. A phase begins with its first step, and ends with one that `ends_phase`.

    A step without a phase may be taken at any time and begins none. One that `heeds_stop` ends in good order when the
    run is asked to stop; any other is cancelled.
    """

    phase: ClassVar[Phase | None] = None
    ends_phase: ClassVar[bool] = True
    heeds_stop: ClassVar[bool] = False

    @abstractmethod
    async def perform(self, session: MigrationSession) -> None:
        """Do it. Raises `OmtError`, and then nothing of it counts as done."""
