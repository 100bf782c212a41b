"""The settings of every plugin."""

from __future__ import annotations

from playwright.sync_api import Locator

from tests.browser.screens.screen import Screen


class Settings(Screen):
    """A section for each plugin that has settings."""

    title = "Settings"

    def section(self, plugin: str) -> Locator:
        """A plugin's section."""
        return self.main.get_by_role("group").filter(
            has=self.page.get_by_role("heading", level=2, name=plugin, exact=True)
        )

    def open(self, plugin: str) -> Locator:
        """Unfold a plugin's section."""
        self.main.get_by_role("heading", level=2, name=plugin, exact=True).click()
        return self.section(plugin)

    def back(self) -> None:
        """Leave the window."""
        self.button("Back").click()
