"""How fast the board of user plans and the grid of user names answer, with the budget of 100 ms that each act has.

Run by hand: `python -m benchmarks.wizard_board [--users 2000] [--times 15]`. An act is timed in the page, from its
event to the moment after the frame in which its result was painted. Prints medians, the slowest, and the ratio to the
budget.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from benchmarks.table import median, print_table
from tests.browser.chromium import chromium
from tests.browser.person import Person
from tests.browser.screens.checklist import Checklist
from tests.browser.screens.plans import NOBODYS, Plans
from tests.browser.screens.user_names import UserNames
from tests.browser.sites import Office, build_office
from tests.browser.wizard import Wizard
from tests.e2e.omt import serving

BUDGET_MS: Final = 100
_WATCH: Final = """() => {
  globalThis.answered = [];
  for (const type of ["input", "pointerup"]) {
    addEventListener(type, (event) => requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => answered.push(performance.now() - event.timeStamp);
      painted.port2.postMessage(null);
    }), {capture: true});
  }
}"""


def main() -> None:
    """Read the options, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=2_000)
    parser.add_argument("--times", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        office = build_office(Path(name), users=options.users, documents=10)
        took = measured(office, options.times)
    rows = [
        [act, str(len(ms)), f"{median(ms):.0f}", f"{max(ms):.0f}", f"{median(ms) / BUDGET_MS:.2f}"]
        for act, ms in took.items()
    ]
    print_table([f"{options.users} users", "times", "median ms", "slowest ms", "of the budget"], rows)


def measured(office: Office, times: int) -> dict[str, list[float]]:
    """Return the milliseconds that each kind of act took."""
    folder = office.site.folder
    with serving(folder, words=office.site.plans) as tenant, chromium() as browser:
        words = ("--answers", office.site.answer(tenant), "--workspace", folder / "work")
        wizard = Wizard(*words, folder=folder, extra=office.settings)
        try:
            with browser.new_context(locale="en-GB", viewport={"width": 1600, "height": 1000}) as context:
                person = Person(context)
                person.open(wizard.link)
                checklist = person.go_to_checklist(office)
                checklist.open(Checklist.PLANS)
                took = dict(on_the_board(Plans(person.page), times))
                person.page.get_by_role("button", name="OK", exact=True).click()
                Checklist(person.page).open(Checklist.USER_NAMES)
                took |= in_the_grid(UserNames(person.page), times)
        finally:
            wizard.end()
    return took


def on_the_board(plans: Plans, times: int) -> Iterator[tuple[str, list[float]]]:
    """Filter and drop."""
    page = plans.page
    page.evaluate(_WATCH)
    field = page.get_by_role("searchbox", name="Filter")

    def filter_by_a_word() -> None:
        field.press_sequentially("sales")
        field.fill("")

    yield "board: a letter into the filter", timed(page, filter_by_a_word, times)
    cards = plans.column("ten-sales").get_by_role("listitem")

    def drop_the_first() -> None:
        label = cards.first.get_by_role("checkbox").get_attribute("aria-label") or ""
        plans.drag(label.rpartition("(")[2].rstrip(")"), NOBODYS)

    yield "board: a card dropped", timed(page, drop_the_first, times)
    field.fill("nordlys")
    yield "board: a card dropped while filtered", timed(page, drop_the_first, times)
    field.fill("")
    plans.is_kept()


def in_the_grid(names: UserNames, times: int) -> dict[str, list[float]]:
    """Filter and type."""
    page = names.page
    page.evaluate(_WATCH)
    field = page.get_by_role("searchbox", name="Filter")

    def filter_by_a_word() -> None:
        field.press_sequentially("sales")
        field.fill("")

    took = {"grid: a letter into the filter": timed(page, filter_by_a_word, times)}
    box = page.get_by_role("row").nth(3).get_by_role("combobox")
    took["grid: a letter into a user name"] = timed(page, lambda: box.press_sequentially("x"), times)
    return took


def timed(page: Page, act: Callable[[], None], times: int) -> list[float]:
    """Do it so many times, and return what the page has noted."""
    page.evaluate("answered.length = 0")
    for _ in range(times):
        act()
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))")
    noted: list[float] = page.evaluate("answered")
    return noted


if __name__ == "__main__":
    main()
