"""Check user plans: the board."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Download, Locator, expect

from tests.browser.screens.screen import Screen

NOBODYS = "No User Plan"


class Plans(Screen):
    """W44-W58."""

    title = "Check user plans"

    @property
    def board(self) -> Locator:
        """What scrolls the columns."""
        return self.page.get_by_role("region", name="Board of user plans")

    @property
    def told(self) -> Locator:
        """The bar that tells what was just done."""
        return self.page.get_by_role("region", name="Information")

    def tool(self, name: str) -> Locator:
        """A button above the board."""
        return self.main.get_by_role("button", name=name, exact=True)

    def column(self, plan: str) -> Locator:
        """A column by its plan; its header has the seats behind the name."""
        return self.page.get_by_role("region", name=re.compile(rf"^{re.escape(plan)} \("))

    def card(self, login: str) -> Locator:
        """A user's card, in whichever column."""
        return self.page.get_by_role("listitem").filter(has=self._choice(login))

    def _choice(self, login: str) -> Locator:
        return self.page.get_by_role("checkbox", name=re.compile(rf"\({re.escape(login)}\)$"))

    def is_in(self, login: str, plan: str) -> None:
        """Wait until a user's card is in a column."""
        expect(self.column(plan).get_by_role("checkbox", name=re.compile(rf"\({re.escape(login)}\)$"))).to_be_visible()

    def has_seats(self, plan: str, seats: str) -> None:
        """Wait until a column's header says, for example, `4/20` (W47)."""
        expect(self.page.get_by_role("heading", name=f"{plan} ({seats})", exact=True)).to_be_visible()

    def drag(self, login: str, plan: str) -> None:
        """Drag a card to a column with the mouse, in steps as a hand does."""
        card, board = self.card(login), self.board
        card.scroll_into_view_if_needed()
        start, goal, frame = (one.bounding_box() for one in (card, self.column(plan), board))
        assert start is not None
        assert goal is not None
        assert frame is not None
        mouse = self.page.mouse
        mouse.move(start["x"] + start["width"] * 0.6, start["y"] + start["height"] * 0.6)
        mouse.down()
        mouse.move(goal["x"] + goal["width"] / 2, frame["y"] + frame["height"] / 2, steps=8)
        mouse.up()

    def move_by_menu(self, login: str, plan: str) -> None:
        """Move a card by its menu."""
        self.card(login).get_by_role("button").click()
        self.page.get_by_role("menuitem", name=re.compile(rf"^{re.escape(plan)} \(")).click()

    def choose(self, *logins: str) -> None:
        """Tick cards."""
        for login in logins:
            self._choice(login).check()

    def filter(self, text: str) -> None:
        """Type into the filter."""
        self.page.get_by_role("searchbox", name="Filter").fill(text)

    def remove_all(self) -> None:
        """Press Remove all user plans, and say yes."""
        self.button("Remove all user plans").click()
        self.button("Remove all").click()

    def export_csv(self) -> Download:
        """Press Export CSV."""
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name="Export CSV").click()
        return download.value

    def import_csv(self, file: Path) -> None:
        """Press Import CSV and choose a file."""
        with self.page.expect_file_chooser() as chooser:
            self.button("Import CSV").click()
        chooser.value.set_files(file)

    def is_kept(self) -> None:
        """Wait until the tool has journalled everything."""
        expect(self.page.get_by_role("status").filter(has_text="All changes are kept")).to_be_visible()

    def ok(self) -> None:
        """Press OK."""
        self.button("OK").click()

    def cancel(self) -> None:
        """Press Cancel, and say yes where something is put back."""
        self.button("Cancel").click()

    def put_back(self) -> None:
        """Press Cancel and confirm it."""
        self.cancel()
        self.button("Put back").click()
