"""Upload, Complete and the end."""

from __future__ import annotations

import re
from typing import ClassVar

from playwright.sync_api import Locator, expect

from tests.browser.screens.screen import Screen


class Upload(Screen):
    """W73-W79."""

    title = "Upload"
    ROWS: ClassVar[tuple[str, ...]] = (
        "Starting", "Database", "Templates", "Documents", "Customer Service", "Attachments", "Finishing",
    )  # fmt: skip

    @property
    def table(self) -> Locator:
        """The table of the stages."""
        return self.main.get_by_role("table", name="Parts of the upload")

    def rows(self) -> list[str]:
        """The titles of the rows, in their order."""
        return [title.strip() for title in self.table.get_by_role("rowheader").all_inner_texts()]

    def row(self, title: str) -> Locator:
        """A row by its title."""
        heading = self.page.get_by_role("rowheader", name=title, exact=True)
        return self.table.get_by_role("row").filter(has=heading)

    def total(self, name: str) -> float:
        """A size below the table, in bytes."""
        term = self.main.get_by_role("term").filter(has_text=re.compile(rf"^{name}$"))
        number, unit = term.locator("xpath=following-sibling::dd").inner_text().split()
        return float(number.replace(",", "")) * {"B": 1, "KB": 1 << 10, "MB": 1 << 20}[unit]

    def go_on(self) -> None:
        """Press the button that starts, or goes on with, the upload."""
        self.page.get_by_role("button", name=re.compile(r"^(Upload|Go on)$")).click()

    def is_under_way(self) -> None:
        """Wait until something is being sent."""
        expect(self.table.get_by_text(re.compile(r"^Uploading ")).first).to_be_visible()

    def stands(self, lead: str) -> None:
        """Wait until the page says so below its heading."""
        expect(self.main.get_by_text(lead, exact=True)).to_be_visible()

    def limit(self, rate: str) -> None:
        """Limit the rate: one that is offered, or `No limit`."""
        self.button("Limit rate...").click()
        self.page.get_by_role("radio", name=rate, exact=True).check()
        self.button("Set").click()

    def pause(self) -> None:
        """Press Pause."""
        self.button("Pause").click()

    def resume(self) -> None:
        """Press Resume in the notice that says that it is paused."""
        self.main.get_by_role("button", name="Resume", exact=True).click()

    def cancel(self) -> None:
        """Press Cancel, and say yes."""
        self.button("Cancel...").click()
        self.button("Cancel the upload").click()


class Ahead(Upload):
    """The page of documents that are sent ahead: the same table, without database and end."""

    title = "Send documents ahead"


class Complete(Screen):
    """W80-W82."""

    title = "Upload completed!"

    def figure(self, name: str) -> str:
        """A number of what was moved."""
        term = self.main.get_by_role("term").filter(has_text=re.compile(rf"^{name}$"))
        return term.locator("xpath=following-sibling::dd").first.inner_text()

    def close(self) -> None:
        """Press Close."""
        self.button("Close").click()


class Closed(Screen):
    """W81."""

    title = "The tool has ended"
