"""All checks as the page sees them: they run beside what the person does; all or one plugin's can be asked again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from anyio.abc import TaskGroup

from omt_core.api.errors import InputError, OmtError
from omt_core.api.findings import Severity
from omt_core.engine.checking import check_everything, keep, standing_errors
from omt_core.engine.ending import unknown_fault
from omt_core.engine.session import MigrationSession
from omt_core.wizard.conductor.lease import Lease
from omt_core.wizard.conductor.state import ChecksPart, CheckState

_log = logging.getLogger("omt.wizard")


class Checks:
    """The findings of the session, and how current they are."""

    def __init__(self, group: TaskGroup, lease: Lease, changed: Callable[[], None], refuse: Callable[[], None]) -> None:
        """Check the session of `lease`; `refuse` raises `InputError` while nothing may be checked or waived."""
        self._group = group
        self._lease = lease
        self._changed = changed
        self._refuse = refuse
        self._revision = 0
        self._checked: datetime | None = None
        self.state = CheckState.NEVER
        self.error: OmtError | None = None

    @property
    def running(self) -> bool:
        """Whether rules are being asked at this moment."""
        return self.state is CheckState.RUNNING

    def run(self, only: str | None = None) -> None:
        """Ask every rule, or those of one plugin, in the background. Raises `InputError` `checks-running`."""
        self._refuse()
        session = self._lease.session
        if self.running:
            raise InputError("checks-running", "The checks are running already.", "Wait until they are done.")
        self.state = CheckState.RUNNING
        self._changed()
        self._group.start_soon(self._run, session, only)

    def forget(self) -> None:
        """Forget what belongs to a session that is closed."""
        self.state, self._checked, self.error = CheckState.NEVER, None, None

    def decisions_changed(self) -> None:
        """Note that a decision was changed: rules that look at all decisions have not seen it."""
        self._revision += 1
        if self.state is CheckState.DONE:
            self.state = CheckState.STALE

    async def waive(self, code: str, *, waived: bool) -> None:
        """Let a finding stop the upload no more, or again. Raises `InputError` `waiver-not-possible`."""
        self._refuse()
        session = self._lease.session
        known = session.engine.host.codes.get(code)
        if waived and known is not None and not known.waivable:
            raise InputError(
                "waiver-not-possible", f"{code} cannot be waived: the online side would refuse it.", known.remedy
            )
        waivers = set(session.decisions.waivers)
        await session.waive(tuple(waivers | {code} if waived else waivers - {code}))
        keep(session, {}, seen={})
        self._revision += 1

    def part(self) -> ChecksPart:
        """Return what the page shows."""
        if not self._lease.is_open:
            return ChecksPart()
        findings = self._lease.session.findings
        count = {one: sum(finding.severity is one for finding in findings) for one in Severity}
        return ChecksPart(
            state=self.state,
            revision=self._revision,
            errors=count[Severity.ERROR],
            warnings=count[Severity.WARNING],
            infos=count[Severity.INFO],
            blocking=len(standing_errors(self._lease.session)),
            checked_at=self._checked,
        )

    async def _run(self, session: MigrationSession, only: str | None) -> None:
        before, failed = self._revision, None
        self.error = None
        try:
            await check_everything(session, only=only)
        except OmtError as error:
            failed = error
        except Exception as fault:  # noqa: BLE001 - an upload in the same group must not end because a rule failed
            _log.exception("the checks failed in a way that the tool does not know")
            failed = unknown_fault(fault)
        if not self._lease.is_open or self._lease.session is not session:
            return  # it was closed meanwhile: this says nothing about the one that is held now
        if failed is not None:
            self.error, self.state = failed, CheckState.NEVER
        else:
            self.state = CheckState.DONE if before == self._revision else CheckState.STALE
            self._checked = datetime.now(UTC)
        self._revision += 1
        self._changed()
