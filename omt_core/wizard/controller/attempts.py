"""The attempts at the upload: the first, those that go on with it, what is sent ahead, and what follows of each end."""

from __future__ import annotations

from collections.abc import Callable

import anyio

from omt_core.api.errors import OmtError
from omt_core.engine.drive import go_on, precopy_again
from omt_core.engine.steps import Finish, LetUsersIn, Upload
from omt_core.wizard.controller.document import Screen, UploadState
from omt_core.wizard.controller.ground import Ground
from omt_core.wizard.controller.upload import Work
from omt_core.wizard.controller.way.transitions import Act


class Attempts:
    """One at a time. `end` ends the tool; it is called once an upload has stopped that was stopped for that."""

    def __init__(self, ground: Ground, end: Callable[[], None]) -> None:
        self._place, self._holder, self._opener = ground.place, ground.holder, ground.opener
        self._upload = ground.upload
        self._end = end
        self._when_stopped: frozenset[Act] = frozenset()
        """What is done once the upload has stopped: the thaw, or the end of the tool."""

    @property
    def begun(self) -> bool:
        """Whether there was one: the next goes on with it."""
        return self._upload.state is not UploadState.IDLE

    def begin(self) -> None:
        """Upload for the first time, in the session that is held and examined."""
        self._start(self._first)

    def go_on(self) -> None:
        """Go on with an upload that was paused, stopped, or failed (W70-W79), by the journal."""
        self._place.refuse(Act.START_UPLOAD)
        self._start(self._again)

    def send_ahead(self) -> None:
        """Send documents and nothing else, or go on with that."""
        self._place.refuse(Act.SEND_AHEAD)
        self._start(self._ahead)

    async def cancel(self, *, thaw: bool) -> None:
        """Stop the upload, so that it can be gone on with; `thaw` lets the users in again once it has stopped."""
        self._upload.cancel()
        self._when_stopped = frozenset({Act.THAW}) if thaw else frozenset()
        if not self._upload.under_way:
            await self._do_when_stopped()

    async def thaw(self) -> None:
        """Let the users of the installation on site in again."""
        with self._place.doing(Act.THAW):
            await self._holder.runner.do(LetUsersIn())
            await self._opener.learn()

    def stop(self) -> None:
        """End the tool: at once, or when the upload that runs has stopped, so that it can be gone on with."""
        if self._upload.under_way:
            self._when_stopped |= {Act.CLOSE}
            self._upload.cancel()
        else:
            self._end()

    def _start(self, work: Work) -> None:
        self._upload.start(work, look=self._opener.learn, ended=self._ended)

    async def _first(self, stop: anyio.Event) -> None:
        await self._holder.runner.do(Upload(stop=stop))
        await self._holder.runner.do(Finish())

    async def _again(self, stop: anyio.Event) -> None:
        administrator = await self._opener.open_again()
        await go_on(self._holder.runner, administrator, stop)

    async def _ahead(self, stop: anyio.Event) -> None:
        administrator = await self._opener.open_again()
        await precopy_again(self._holder.runner, administrator, stop)

    async def _ended(self) -> None:
        if self._holder.is_open:
            await self._opener.learn()
        if self._upload.state is UploadState.DONE and self._place.screen is not Screen.AHEAD:
            self._place.go(Screen.COMPLETE)
        await self._do_when_stopped()

    async def _do_when_stopped(self) -> None:
        acts, self._when_stopped = self._when_stopped, frozenset()
        frozen = self._holder.is_open and self._opener.known.frozen and self._upload.state is UploadState.STOPPED
        if Act.THAW in acts and frozen:
            try:
                await self.thaw()
            except OmtError as error:  # nobody waits for it: the page says it, and has a button to try again
                self._place.stand(error)
        if Act.CLOSE in acts:
            self._end()
