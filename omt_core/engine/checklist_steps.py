"""The steps of the Checklist: one that takes it as a whole from answers, and two around what a person decides there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from typing_extensions import override

from omt_core.api.decisions import Notifications
from omt_core.engine import phases
from omt_core.engine.checking import (
    ALL_CHECKS,
    basis,
    check_decisions,
    check_everything,
    keep,
    refuse_errors,
    refuse_unchecked,
)
from omt_core.engine.reviewing import Assignments, propose, read_users
from omt_core.engine.session import MigrationSession
from omt_core.engine.step import Step

_OWNER: Final = "checklist"
_PROPOSED: Final = "plans-proposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Step):
    """Plans, user names, notifications, and every check (W38-W69). Raises `FindingsError` when an error stands."""

    phase = phases.CHECKLIST
    assigned: Assignments = field(default_factory=Assignments)
    notifications: Notifications = field(default_factory=Notifications)

    @override
    async def perform(self, session: MigrationSession) -> None:
        await session.notify(self.notifications)
        await read_users(session)
        await propose(session, self.assigned)
        await check_everything(session)
        refuse_errors(session)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChecklist(Step):
    """Read the users and propose plans and user names, for a person to change (W58, W62).

    Plans are proposed once in a migration: whose plan was taken away afterwards shall not get it back unasked.
    """

    phase = phases.CHECKLIST
    ends_phase: ClassVar[bool] = False

    @override
    async def perform(self, session: MigrationSession) -> None:
        await read_users(session)
        again = await session.journal.notes.of(_OWNER).recall(_PROPOSED) is not None
        await propose(session, Assignments(default_plan="none") if again else Assignments())
        await session.journal.notes.of(_OWNER).remember(_PROPOSED, "yes")


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishChecklist(Step):
    """End the Checklist: ask the rules about all decisions once more.

    Raises `InputError` `checks-incomplete` while others are not answered, `FindingsError` when an error stands.
    """

    phase = phases.CHECKLIST

    @override
    async def perform(self, session: MigrationSession) -> None:
        seen = basis(session)
        keep(session, await check_decisions(session), seen=seen)
        refuse_unchecked(session, ALL_CHECKS)
        refuse_errors(session)
