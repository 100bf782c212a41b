"""What all screens have in common: a heading, and two buttons below."""

from __future__ import annotations

from typing import ClassVar

from playwright.sync_api import Locator, Page, expect


class Screen:
    """A screen that is shown: making the object waits until it is. A person knows it by its heading."""

    title: ClassVar[str]

    def __init__(self, page: Page) -> None:
        self.page = page
        expect(page.get_by_role("heading", level=1, name=self.title, exact=True)).to_be_visible()

    @property
    def main(self) -> Locator:
        """What stands between header and footer."""
        return self.page.get_by_role("main")

    @property
    def previous(self) -> Locator:
        """The left of the two buttons."""
        return self.button("Previous")

    def button(self, name: str) -> Locator:
        """A button by its whole name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def go_back(self) -> None:
        """Press Previous."""
        self.previous.click()

    def says(self, text: str) -> None:
        """Wait until this stands on the page to be seen."""
        expect(self.main.get_by_text(text).locator("visible=true").first).to_be_visible()
