"""A start that is planned on the page: everything is checked again at its hour, and it begins or says why not."""

from __future__ import annotations

import logging
from typing import Final

from anyio.abc import TaskGroup

from omt_core.api.errors import OmtError
from omt_core.api.events import StartPlanned
from omt_core.engine.drive import prepare_again
from omt_core.engine.result import run_not_begun, unknown_fault
from omt_core.engine.session import tell_observers
from omt_core.engine.upload.planned_start import Clock, parse_start
from omt_core.plugin_host import StampedEvent
from omt_core.wizard.controller.ahead.start_wait import NotePlan, StartWait
from omt_core.wizard.controller.attempts import Attempts
from omt_core.wizard.controller.checklist import Checklist
from omt_core.wizard.controller.checks import Checks
from omt_core.wizard.controller.document import PlannedPart, Screen, UploadState
from omt_core.wizard.controller.ground import Ground
from omt_core.wizard.controller.way.transitions import Act
from omt_core.wizard.errors import START_NOT_PLANNED

_log = logging.getLogger("omt.wizard")
_BUSY_SECONDS: Final = 0.5
"""Pause between two looks whether what was begun before the planned moment is done."""


class PlannedStart:
    """The start that is planned for the session that is held."""

    def __init__(
        self,
        group: TaskGroup,
        ground: Ground,
        attempts: Attempts,
        checklist: Checklist,
        checks: Checks,
        *,
        clock: Clock | None,
    ) -> None:
        self._place, self._holder, self._opener = ground.place, ground.holder, ground.opener
        self._upload = ground.upload
        self._changed = ground.changed
        self._attempts = attempts
        self._checklist = checklist
        self._checks = checks
        self._wait = StartWait(group, self._begin, clock)
        self._begins = False
        """Whether its hour has come and everything is checked again: it may still be cancelled."""

    @property
    def waits(self) -> bool:
        """Whether a start is planned."""
        return self._wait.at is not None

    def part(self) -> PlannedPart:
        """Return what the page shows."""
        return PlannedPart(at=self._wait.at, not_begun=self._wait.not_begun, lost=self._wait.lost)

    async def plan(self, at: str) -> None:
        """Begin the upload later; all checks run again then. Raises as `parse_start` and the start of the upload."""
        self._place.refuse(Act.PLAN)
        if self._place.screen is not Screen.CHECKLIST:
            raise START_NOT_PLANNED.error()
        moment = parse_start(at, self._wait.clock.now())
        runner = self._holder.runner
        with self._place.doing(Act.PLAN):  # a start from another page in between would find no plan to cancel
            if not runner.now.only_missing:
                await self._checklist.finish()
            await runner.do(NotePlan(at=moment))
            self._wait.plan(moment)
        runner.engine.events.emit(StartPlanned(at=moment.isoformat()))
        self._changed()

    async def cancel(self) -> None:
        """Take back a planned start, or what is said of one that did not come to be.

        One whose checks run again is not begun; what checks it then notes that in the session, which it may just be
        opening anew.
        """
        waited = self.waits
        self._wait.cancel()
        if self._holder.is_open and not self._begins:
            if waited:
                await self._tell_cancelled()
            else:
                await self._holder.runner.do(NotePlan(at=None))
        self._changed()

    async def look_up(self) -> None:
        """Learn whether an earlier process was to make a start, once a session is open."""
        await self._wait.look_up(self._holder.runner)

    async def _begin(self) -> None:
        """Have everything checked again in a session that is opened anew, and begin the upload if nothing stands."""
        moment, error = self._wait.at, None
        if self._place.screen is Screen.AHEAD and self._upload.state in {UploadState.RUNNING, UploadState.PAUSING}:
            self._upload.cancel()
        while self._place.busy is not None or self._upload.under_way or self._checks.running:
            await self._wait.clock.sleep(_BUSY_SECONDS)
            if self._wait.at != moment:  # cancelled meanwhile, or planned anew
                return
        self._begins = True
        try:
            with self._place.doing(Act.CHECK_AGAIN):
                administrator = await self._opener.open_again()
                await prepare_again(self._holder.runner, administrator)
                await self._holder.runner.do(NotePlan(at=None))
                if self._wait.at == moment:
                    self._upload.forget()
                    await self._upload.show_rows()
        except OmtError as raised:
            error = raised
        except Exception as fault:  # noqa: BLE001 - nobody waits for it: the page and whoever is to be told must hear of it
            _log.exception("the planned start failed in a way that the tool does not know")
            error = unknown_fault(fault)
        self._begins = False
        if self._wait.at != moment:
            await self._not_wanted(error)
            return
        self._wait.at = None
        if error is None:
            self._place.go(Screen.UPLOAD)
            self._attempts.begin()
        else:
            self._wait.not_begun = moment
            await self._not_begun(error)

    async def _not_wanted(self, error: OmtError | None) -> None:
        """Stay where the person is, who cancelled the start while everything was checked again."""
        if self._holder.is_open:
            await self._tell_cancelled()
            self._changed()
        else:
            self._place.stand(error, Screen.WELCOME)

    async def _tell_cancelled(self) -> None:
        await self._holder.runner.do(NotePlan(at=None))
        self._holder.runner.engine.events.emit(StartPlanned(at=""))

    async def _not_begun(self, error: OmtError) -> None:
        """Journal and tell that the start was not begun; the checklist stays open, to mend what stands."""
        if self._holder.is_open:
            await self._holder.end_run(error, planned=True)
            await self._holder.runner.do(NotePlan(at=None))
            self._place.stand(error)
        else:
            event = run_not_begun(error, None, planned=True)
            await tell_observers(self._opener.app.engine, StampedEvent(event=event, at=self._wait.clock.now()))
            self._place.stand(error, Screen.WELCOME)
