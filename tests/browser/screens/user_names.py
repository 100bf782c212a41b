"""Check user names: the grid."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.screens.plans import Plans
from tests.browser.screens.screen import Screen


class UserNames(Screen):
    """W59-W68."""

    title = "Check user names"

    def row(self, login: str) -> Locator:
        """A user's row."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("cell", name=login, exact=True))

    def box(self, login: str) -> Locator:
        """The editable drop-down of a row."""
        return self.row(login).get_by_role("combobox")

    def enter(self, login: str, name: str) -> None:
        """Type a user name."""
        self.box(login).fill(name)
        self.box(login).press("Enter")

    def is_marked(self, login: str) -> None:
        """Wait until the red key stands at a row (W63)."""
        expect(self.row(login).get_by_role("img", name="Also used by")).to_be_visible()

    def is_clean(self, login: str) -> None:
        """Wait until nothing is marked at a row."""
        expect(self.row(login).get_by_role("img", name="Also used by")).to_have_count(0)

    @property
    def problems(self) -> Locator:
        """The list of all that has to be solved."""
        return self.page.get_by_role("region", name="Problems")

    told = Plans.told
    filter = Plans.filter
    export_csv = Plans.export_csv
    import_csv = Plans.import_csv
    is_kept = Plans.is_kept
    cancel = Plans.cancel
    put_back = Plans.put_back

    def ok(self) -> None:
        """Press OK, once it can be pressed."""
        expect(self.button("OK")).to_be_enabled()
        self.button("OK").click()
