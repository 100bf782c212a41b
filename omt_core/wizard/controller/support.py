"""What helps a person whose night does not go as it should: a look at the machine, and the support bundle."""

from __future__ import annotations

from omt_core.engine.machine.examination import Examination, ExaminationRequest, examine
from omt_core.engine.support.bundle import SupportBundle, SupportRequest, gather
from omt_core.wizard.controller.session.holder import SessionHolder
from omt_core.wizard.controller.session.opener import SessionOpener


class Support:
    """Changes nothing, neither on site nor in the session."""

    def __init__(self, holder: SessionHolder, opener: SessionOpener) -> None:
        self._holder = holder
        self._opener = opener
        self._bundle: SupportBundle | None = None
        """The one that a person was shown last: it is that one which they take."""

    async def examine_machine(self) -> Examination:
        """Look at what a night needs of this machine."""
        request = ExaminationRequest(answers=self._opener.answers, workspace=self._opener.workspace)
        return await examine(self._opener.app.engine, request)

    async def gather(self) -> SupportBundle:
        """Put a bundle together and keep it. Raises `OmtError` `support-not-clean`."""
        now, app = self._holder.now if self._holder.is_open else None, self._opener.app
        self._bundle = None
        request = SupportRequest(
            settings=app.settings,
            workspace=self._opener.workspace if now is None else now.folder,
            manual=self._opener.answers,
            users=() if now is None else now.users,
            findings=None if now is None else now.findings,
        )
        self._bundle = await gather(app.engine, request)
        return self._bundle

    async def shown(self) -> SupportBundle:
        """Return the bundle that was shown, or one that is put together now. Raises as `gather`."""
        return self._bundle or await self.gather()
