"""Opens the wizard to the person who started the tool, and keeps it open until its controller is closed."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Final, Protocol

import anyio

from omt_core.api.errors import InputError
from omt_core.settings import WizardSettings
from omt_core.wizard.application import make_application
from omt_core.wizard.browser import open_in_browser
from omt_core.wizard.controller import SessionController
from omt_core.wizard.redirect_file import RedirectFile
from omt_core.wizard.security.access import Access
from omt_core.wizard.security.gate import LOOPBACK
from omt_core.wizard.server import listen, serving


class Show(Protocol):
    """Shows a link to the person, and whether a browser was opened with it."""

    def __call__(self, link: str, *, opened: bool) -> None:
        """Show it."""
        ...


class Door:
    """Shows links: the first one in the browser, all of them where the tool was started."""

    def __init__(self, port: int, show: Show, *, browser: bool) -> None:
        self._address: Final = f"http://{LOOPBACK}:{port}"
        self._show = show
        self._page = RedirectFile(port) if browser else None
        self._window_wanted = True

    def want_window(self) -> None:
        """Have the next link opened in the browser."""
        self._window_wanted = True

    def show(self, way: str) -> None:
        """Show the link. The browser is opened when a window is wanted: one that expired is there still."""
        link = f"{self._address}{way}"
        page = self._page if self._page is not None and _written(self._page, link) else None
        opened = page is not None and self._window_wanted and open_in_browser(page.path)
        self._window_wanted = False
        self._show(link, opened=opened)

    def shut(self) -> None:
        """Remove the page that leads to the link."""
        if self._page is not None:
            self._page.remove()


async def open_wizard(
    controller: SessionController, settings: WizardSettings, show: Show, asked: AsyncIterable[None]
) -> None:
    """Serve the wizard until the controller is closed; `asked` yields when the person wants a new link.

    Raises `InputError` `wizard-not-served`.
    """
    listener = listen()
    port: int = listener.getsockname()[1]
    door = Door(port, show, browser=settings.browser)
    access = Access(door, idle_seconds=60 * settings.idle_minutes, busy=lambda: controller.busy)
    async with serving(make_application(controller, access, port), listener), anyio.create_task_group() as group:
        try:
            access.renew()
            group.start_soon(access.watch)
            group.start_soon(_renew_when_asked, asked, door, access)
            await controller.closed.wait()
        finally:
            door.shut()
            group.cancel_scope.cancel()


async def _renew_when_asked(asked: AsyncIterable[None], door: Door, access: Access) -> None:
    async for _ in asked:
        door.want_window()
        access.renew()


def _written(page: RedirectFile, link: str) -> bool:
    try:
        page.write(link)
    except (OSError, InputError):  # the link is printed too
        return False
    return True
