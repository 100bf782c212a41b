"""All checks as the page sees them: they run beside what the person does; all or one plugin's can be asked again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from anyio.abc import TaskGroup

from omt_core.api.errors import InputError, OmtError
from omt_core.api.events import CheckAsked, Event, Notice
from omt_core.engine.checks import ALL_CHECKS, INSTALLATION, check, unanswered
from omt_core.engine.result import unknown_fault
from omt_core.engine.runner import Runner
from omt_core.engine.steps import AskAgain, TakeReport, Waive
from omt_core.wizard.controller.session.holder import SessionHolder
from omt_core.wizard.controller.view import ChecksStanding
from omt_core.wizard.errors import CHECKS_RUNNING

_log = logging.getLogger("omt.wizard")


class Checks:
    """Asks the rules in the background, one round at a time; what they found is in the session."""

    def __init__(
        self, group: TaskGroup, holder: SessionHolder, changed: Callable[[], None], refuse: Callable[[], None]
    ) -> None:
        """Check the session of `lease`; `refuse` raises `InputError` while nothing may be checked or waived."""
        self._group = group
        self._holder = holder
        self._changed = changed
        self._refuse = refuse
        self._asked: Runner | None = None
        self._checked: datetime | None = None
        self._again = False
        self._progress = (0, 0)
        self._said = ""
        self.error: OmtError | None = None

    @property
    def running(self) -> bool:
        """Whether rules are being asked about the session that is held, at this moment."""
        return self._holder.is_open and self._asked is self._holder.runner

    @property
    def standing(self) -> ChecksStanding:
        """What the page must know of them beside the session."""
        asked, questions = self._progress if self.running else (0, 0)
        said = self._said if self.running else ""
        return ChecksStanding(
            running=self.running, checked_at=self._checked, asked=asked, questions=questions, said=said
        )

    def take(self, event: Event) -> None:
        """Hear how far the round is that runs beside the person, and what is said meanwhile.

        Decisions have a few questions asked by themselves.
        """
        if isinstance(event, CheckAsked) and self.running and event.total >= self._progress[1]:
            self._progress = event.number, event.total
            self._changed()
        if isinstance(event, Notice) and self.running:
            self._said = event.message
            self._changed()

    def run(self, only: str | None = None) -> None:
        """Ask every rule, or those of one plugin, in the background. Raises `InputError` `checks-running`."""
        self._refuse()
        if self.running:
            raise CHECKS_RUNNING.error()
        self._begin(ALL_CHECKS, only)

    def look_at_installation(self) -> None:
        """Ask what is about the installation alone, as soon as somebody is logged on: what stops it is said at once."""
        if not self.running:
            self._begin((INSTALLATION,), None)

    def forget(self) -> None:
        """Forget what belongs to a session that is closed."""
        self._asked, self._checked, self._again, self.error = None, None, False, None

    def run_anew(self) -> None:
        """Ask every rule about what is read and decided now: at once, or when those asked before have answered."""
        if self.running:
            self._again = True
        else:
            self.run()

    async def waive(self, code: str, *, waived: bool, reason: str = "") -> None:
        """Let a finding stop the upload no more, or again. Raises `InputError` as the step `Waive`."""
        self._refuse()
        await self._holder.runner.do(Waive(names=code, waived=waived, reason=reason))

    def _begin(self, checks: Sequence[str], only: str | None) -> None:
        self._asked, self._progress, self._said, self.error = self._holder.runner, (0, 0), "", None
        self._changed()
        self._group.start_soon(self._run, self._holder.runner, checks, only)

    async def _run(self, runner: Runner, checks: Sequence[str], only: str | None) -> None:
        failed: OmtError | None = None
        try:
            before = runner.now
            now = await runner.do(AskAgain())
            report = await check(runner.engine, now, checks, only=only)
            await runner.do(TakeReport(report=report, before=before))
        except OmtError as error:
            failed = error
        except Exception as fault:  # noqa: BLE001 - an upload in the same group must not end because a rule failed
            if self._asked is runner:
                _log.exception("the checks failed in a way that the tool does not know")
            failed = unknown_fault(fault)
        if self._asked is not runner:
            return  # its session was closed meanwhile: this says nothing about the one that is held now
        self._asked, self.error = None, failed
        if failed is not None:
            self._checked = None
        elif checks == ALL_CHECKS:
            self._checked = datetime.now(UTC)
        again, self._again = self._again, False
        if again and unanswered(runner.now, ALL_CHECKS):
            with suppress(InputError):  # an upload that goes on has every rule asked itself
                self.run()
        self._changed()
