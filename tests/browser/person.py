"""A person at a browser, and the way that they take through the wizard."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page

from tests.browser.screens.beginning import Confirm, Login, Welcome
from tests.browser.screens.checklist import Checklist, Notifications
from tests.browser.screens.plans import Plans
from tests.browser.screens.uploading import Upload
from tests.browser.screens.user_names import UserNames
from tests.browser.sites import Office

CUT_OFF: Final = r"(ERR_CONNECTION_REFUSED|Conflict).*/api/comparison"
"""What the last page is still asking for when the tool is closed at once."""


@dataclass
class Complaints:
    """What a page complains of on its console, which nobody sees and which is wrong all the same.

    Playwright keeps something of its own on whatever listens: no slots.
    """

    heard: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=lambda: [CUT_OFF])

    def watch(self, page: Page) -> None:
        """Listen to a page. What the Content-Security-Policy forbids is told as an error, too."""
        page.on("console", self._console)
        page.on("pageerror", self._raised)

    def allow(self, *patterns: str) -> None:
        """Take these, as regular expressions, for what this test expects."""
        self.allowed += patterns

    def unexpected(self) -> list[str]:
        """What was heard and not allowed."""
        return [one for one in self.heard if not any(re.search(pattern, one) for pattern in self.allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.heard.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _raised(self, error: Error) -> None:
        self.heard.append(f"uncaught: {error.message}\n{error.stack}")


class Person:
    """Somebody with a browser of their own: its cookies are nobody else's."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.complaints = Complaints()
        context.on("page", self.complaints.watch)
        self.page = context.new_page()

    def open(self, link: str) -> None:
        """Open the wizard's link."""
        self.page.goto(link)

    def new_tab(self, address: str) -> Page:
        """Open another tab of the same browser."""
        page = self.context.new_page()
        page.goto(address)
        return page

    def go_to_login(self) -> Login:
        """From the first page on."""
        Welcome(self.page).start()
        return Login(self.page)

    def go_to_confirm(self, office: Office) -> Confirm:
        """From the first page on."""
        self.go_to_login().log_in(office.login, office.password)
        return Confirm(self.page)

    def go_to_checklist(self, office: Office, *, test: bool = True) -> Checklist:
        """From the first page on."""
        self.go_to_confirm(office).confirm(test=test)
        return Checklist(self.page)

    def review(self, checklist: Checklist) -> Checklist:
        """Look at each item and press OK."""
        checklist.open(Checklist.PLANS)
        Plans(self.page).ok()
        checklist = Checklist(self.page)
        checklist.open(Checklist.USER_NAMES)
        UserNames(self.page).ok()
        checklist = Checklist(self.page)
        checklist.open(Checklist.NOTIFICATIONS)
        Notifications(self.page).ok()
        return Checklist(self.page)

    def go_to_upload(self, office: Office, *, test: bool = True) -> Upload:
        """From the first page on until the upload has been started."""
        self.review(self.go_to_checklist(office, test=test)).start(live=not test)
        return Upload(self.page)
