"""Checklist and the windows for e-mail notifications and checks."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.screens.screen import Screen


class Checklist(Screen):
    """W38-W43."""

    title = "Open and review all items"
    PLANS = "Check user plans"
    USER_NAMES = "Check user names"
    NOTIFICATIONS = "Check email notifications"
    CHECKS = "Checks"

    def item(self, name: str) -> Locator:
        """A line of the list."""
        heading = self.page.get_by_role("heading", name=name, exact=True)
        return self.main.get_by_role("listitem").filter(has=heading)

    def open(self, name: str) -> None:
        """Open an item's window."""
        self.page.get_by_role("link", name=name, exact=True).click()

    def shows(self, name: str, standing: str) -> None:
        """Wait until an item stands so: To review, Done, Blocks the upload, Running."""
        expect(self.item(name).get_by_text(standing, exact=True)).to_be_visible()

    @property
    def upload(self) -> Locator:
        """The button that starts the upload."""
        return self.button("Upload")

    def start(self, *, live: bool) -> None:
        """Press Upload, and say yes where that freezes the installation."""
        expect(self.upload).to_be_enabled()
        self.upload.click()
        if live:
            self.button("Freeze and upload").click()


class Notifications(Screen):
    """W69."""

    title = "Check email notifications"

    @property
    def welcome(self) -> Locator:
        """Whether users are welcomed."""
        return self.page.get_by_role("checkbox", name="Send welcome email to all users")

    @property
    def summary(self) -> Locator:
        """Whether somebody gets a list of the users."""
        return self.page.get_by_role("checkbox", name="Send user summary to:")

    @property
    def address(self) -> Locator:
        """Who gets it."""
        return self.page.get_by_role("textbox", name="E-mail address")

    def ok(self) -> None:
        """Press OK."""
        self.button("OK").click()


class Checks(Screen):
    """What the rules of all plugins found."""

    title = "Checks"

    def finding(self, code: str) -> Locator:
        """The card of a code."""
        return self.main.get_by_role("article").filter(has=self.button(code))

    def waive(self, code: str) -> Locator:
        """Press Waive... at a card: the dialog."""
        self.finding(code).get_by_role("button", name=re.compile(r"Waive( again)?\.\.\.")).click()
        return self.page.get_by_role("dialog", name=f"Waive {code}?")

    def run_again(self) -> None:
        """Press Run all checks again."""
        self.button("Run all checks again").click()

    def back(self) -> None:
        """Go back to the checklist."""
        self.button("Back to the checklist").click()
