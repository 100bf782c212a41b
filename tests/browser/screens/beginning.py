"""The first pages: Welcome, Installation, Recovery, Login, Confirm."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.screens.screen import Screen


class Welcome(Screen):
    """W10-W14."""

    title = "Welcome to the Online Migration Tool"

    def start(self) -> None:
        """Press Start."""
        self.button("Start").click()


class Installation(Screen):
    """W17, W100-W105."""

    title = "Locate the installation"

    def answer(self, label: str, value: str) -> None:
        """Fill in a field."""
        self.page.get_by_label(label, exact=True).fill(value)

    def search_below(self, folder: Path) -> None:
        """Name the folder that stands for the machine."""
        self.main.get_by_text("More", exact=True).click()
        self.page.get_by_role("textbox", name="Search below this folder").fill(str(folder))

    def online(self, url: str, token_file: Path) -> None:
        """Name the tenant."""
        self.page.get_by_role("textbox", name="Address of the tenant").fill(url)
        self.page.get_by_role("textbox", name="Token file").fill(str(token_file))

    def detect(self) -> None:
        """Press Detect installation."""
        self.button("Detect installation").click()

    def refuses(self, label: str, words: str) -> None:
        """Wait until a field has the focus, is marked, and says why, all of it in sight."""
        box = self.page.get_by_role("textbox", name=label)
        expect(box).to_be_focused()
        expect(box).to_have_attribute("aria-invalid", "true")
        expect(box).to_be_in_viewport(ratio=1)
        said = self.page.locator(".field").filter(has=box).get_by_text(words)
        expect(said).to_be_in_viewport(ratio=1)


class Recovery(Screen):
    """W83-W90."""

    title = "Recovery"
    MISSING = "Upload missing files"
    OVERWRITE = "Overwrite the existing test migration"

    def choice(self, name: str) -> Locator:
        """One of the two."""
        return self.page.get_by_role("radio", name=name)

    def choose(self, name: str) -> None:
        """Click the card of a choice, all of which is its label."""
        self.main.get_by_text(name, exact=True).click()
        expect(self.choice(name)).to_be_checked()

    def resume(self, name: str) -> None:
        """Choose and press Resume."""
        expect(self.button("Resume")).to_be_disabled()
        self.choose(name)
        self.button("Resume").click()


class Login(Screen):
    """W18-W23."""

    title = "Log in to SuperOffice"

    def log_in(self, user: str, password: str) -> None:
        """Fill in both fields and press Login."""
        self.page.get_by_label("User name", exact=True).fill(user)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.button("Login").click()


class Confirm(Screen):
    """W24-W37."""

    title = "Confirm"

    @property
    def test_migration(self) -> Locator:
        """The box that makes it a test."""
        return self.page.get_by_role("checkbox", name="Test migration")

    @property
    def agreement(self) -> Locator:
        """The box that accepts the agreement."""
        return self.page.get_by_role("checkbox", name="I accept the CRM Online agreement")

    def confirm(self, *, test: bool) -> None:
        """Choose between test and live, accept, and go on to the checklist."""
        self.test_migration.set_checked(test)
        self.agreement.check()
        self.button("Checklist").click()
