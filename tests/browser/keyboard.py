"""The keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

_FARTHEST = 120


class Keyboard:
    """Presses keys; it never clicks, and finds its way by Tab as one does who cannot use a mouse."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def press(self, *keys: str) -> None:
        """Press keys one after another."""
        for key in keys:
            self._page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self._page.keyboard.type(text)

    def go_to(self, goal: Locator) -> None:
        """Press Tab until this has the focus, which must be to be seen."""
        expect(goal).to_be_visible()
        for _ in range(_FARTHEST):
            if goal.evaluate("element => element === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"Tab never leads to {goal}")

    def use(self, goal: Locator, key: str = "Enter") -> None:
        """Go to a control and press a key on it, once it can be used."""
        expect(goal).to_be_enabled()
        self.go_to(goal)
        self.press(key)

    def fill(self, goal: Locator, text: str) -> None:
        """Go to a field and type into it."""
        self.go_to(goal)
        self.press("ControlOrMeta+a")
        self.type(text)

    def choose_menu_item(self, start: str) -> None:
        """Press ArrowDown in an open menu until the item whose text begins so has the focus, then Enter."""
        item = self._page.get_by_role("menuitem", name=re.compile(rf"^{re.escape(start)}"))
        expect(item).to_be_visible()
        for _ in range(_FARTHEST):
            if item.evaluate("element => element === document.activeElement"):
                break
            self.press("ArrowDown")
        self.press("Enter")
