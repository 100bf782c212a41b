"""All checks as the page sees them: they run beside what the person does; all or one plugin's can be asked again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from anyio.abc import TaskGroup

from omt_core.api.errors import InputError, OmtError
from omt_core.api.findings import Severity
from omt_core.engine.checking import check_everything, keep, standing_errors
from omt_core.wizard.conductor.lease import Lease
from omt_core.wizard.conductor.state import ChecksPart, CheckState


class Checks:
    """The findings of the session, and how current they are."""

    def __init__(self, group: TaskGroup, lease: Lease, changed: Callable[[], None]) -> None:
        self._group = group
        self._lease = lease
        self._changed = changed
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
        if self.running:
            raise InputError("checks-running", "The checks are running already.", "Wait until they are done.")
        self.state = CheckState.RUNNING
        self._changed()
        self._group.start_soon(self._run, only)

    def forget(self) -> None:
        """Forget what belongs to a session that is closed."""
        self.state, self._checked = CheckState.NEVER, None

    def decisions_changed(self) -> None:
        """Note that a decision was changed: rules that look at all decisions have not seen it."""
        self._revision += 1
        if self.state is CheckState.DONE:
            self.state = CheckState.STALE

    async def waive(self, code: str, *, waived: bool) -> None:
        """Let a finding stop the upload no more, or again. Raises `InputError` `waiver-not-possible`."""
        session = self._lease.session
        known = session.engine.host.codes.get(code)
        if waived and known is not None and not known.waivable:
            raise InputError(
                "waiver-not-possible", f"{code} cannot be waived: the online side would refuse it.", known.remedy
            )
        waivers = set(session.decisions.waivers)
        await session.waive(tuple(waivers | {code} if waived else waivers - {code}))
        keep(session, {})
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

    async def _run(self, only: str | None) -> None:
        before = self._revision
        self.error = None
        try:
            await check_everything(self._lease.session, only=only)
        except OmtError as error:
            self.error, self.state = error, CheckState.NEVER
        else:
            self.state = CheckState.DONE if before == self._revision else CheckState.STALE
            self._checked = datetime.now(UTC)
        self._revision += 1
        self._changed()
