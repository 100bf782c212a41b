"""Opens the session of the installation that is meant, and opens it anew; what it is opened with is kept here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from omt_core.answers import pinned
from omt_core.api.decisions import Waiver
from omt_core.api.installation import ManualAnswers
from omt_core.api.users import Administrator
from omt_core.app import Application
from omt_core.engine.opening import OpenRequest
from omt_core.engine.upload.planned_start import Clock
from omt_core.wizard.controller.document import UploadState
from omt_core.wizard.controller.session.composer import Compose, Composer
from omt_core.wizard.controller.session.holder import SessionHolder
from omt_core.wizard.controller.session.known import Known, look_up
from omt_core.wizard.controller.session.memory import Memory, Remembered
from omt_core.wizard.controller.upload import UploadRun
from omt_core.wizard.errors import NOT_LOGGED_IN, SETTINGS_IN_USE


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOptions:
    """What the tool was started with: answers about the installation, which win over what is found, and waivers."""

    answers: ManualAnswers | None = None
    workspace: Path | None = None
    waivers: tuple[Waiver, ...] | None = None
    remembers_in: Path | None = None
    """Folder for what is answered on the page; None remembers nothing."""
    clock: Clock | None = None
    """What a planned start waits by; None is the clock of the machine."""


class SessionOpener:
    """Answers and settings before a session, and what its journal says once it is open."""

    def __init__(
        self,
        compose: Compose,
        options: StartOptions,
        holder: SessionHolder,
        upload: UploadRun,
        changed: Callable[[], None],
    ) -> None:
        """Begin with what was answered by hand the last time, unless the tool was started with answers."""
        self._memory = Memory(options.remembers_in, options.workspace)
        remembered = self._memory.load() if options.answers is None else Remembered()
        self.options = options
        self._holder = holder
        self._upload = upload
        self._changed = changed
        self.composer = Composer(compose, remembered.sections)
        self.answers = options.answers or pinned.load(remembered.answers)
        self.known = Known()

    @property
    def app(self) -> Application:
        """The tool as it is put together now."""
        return self.composer.app

    @property
    def workspace(self) -> Path | None:
        """The workspace that was named by option, else by setting, else None."""
        return self.options.workspace or self.app.settings.core.workspace

    def request(self, *, waivers: tuple[Waiver, ...] | None) -> OpenRequest:
        """Return what a session is opened by; None leaves the waivers that the journal knows."""
        return OpenRequest(answers=self.answers, workspace=self.workspace, writes=True, waivers=waivers)

    def take_answers(self, answers: ManualAnswers, online: Mapping[str, str]) -> None:
        """Take the manual answers, and remember them (W100-W105). Raises `InputError`."""
        given = {name: value for name, value in online.items() if value}
        if given:
            self.composer.change(self.app.settings.core.holders.online, given)
        self.answers = answers
        self._remember()

    def change_settings(self, section: str, values: Mapping[str, object]) -> None:
        """Change a plugin's settings before an installation is opened. Raises `InputError`."""
        if self._holder.is_open:
            raise SETTINGS_IN_USE.error()
        self.composer.change(section, values)
        self._remember()
        self._changed()

    async def open(self) -> None:
        """Open a session with the waivers that the tool was started with. Raises `OmtError`."""
        self.known = Known()
        await self._holder.open(self.app.engine, self.request(waivers=self.options.waivers))

    async def open_again(self) -> Administrator:
        """Open the session anew, so that everything is as after a restart of the tool; return who is logged on."""
        administrator = self._holder.now.administrator if self._holder.is_open else self.known.administrator
        if administrator is None:
            raise NOT_LOGGED_IN.error()
        # The journal knows by now what is waived, also on the page.
        await self._holder.open(self.app.engine, self.request(waivers=None))
        await self.learn()
        return administrator

    async def learn(self) -> None:
        """Look up what the journal knows and the page shows."""
        begun = self._upload.state is not UploadState.IDLE
        self.known = await look_up(self._holder.runner, self.known, begun=begun)
        self._changed()

    def _remember(self) -> None:
        self._memory.keep(Remembered(answers=pinned.dump(self.answers), sections=self.composer.kept()))
