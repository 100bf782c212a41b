"""Writes the pictures of the wizard: `python -m docs.screenshots [FOLDER]`, in about a minute, with Debian's chromium.

The site, the names of folders and the times shown are the same each time; what a running upload has sent is not.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import chromium
from tests.browser.person import Person
from tests.browser.screens.beginning import Confirm, Installation, Login, Recovery, Welcome
from tests.browser.screens.checklist import Checklist, Checks, Notifications
from tests.browser.screens.plans import Plans
from tests.browser.screens.settings import Settings
from tests.browser.screens.uploading import Ahead, Closed, Complete, Upload
from tests.browser.screens.user_names import UserNames
from tests.browser.sites import PIECES, Office, build_office
from tests.browser.wizard import Wizard
from tests.e2e.omt import Tenant, serving

PICTURES: Final = Path(__file__).parent / "wizard"
WIDTHS: Final = (1280, 400)
_HEIGHT: Final = 800
_HIGHEST: Final = 1600
_PORT: Final = "47813"
_SLOW: Final = 120 * 1024
"""Bytes per second while the upload is looked at."""

_WHOLE: Final = """() => {
  const area = document.querySelector("omt-main") ?? document.documentElement;
  return Math.max(document.documentElement.scrollHeight, innerHeight + area.scrollHeight - area.clientHeight);
}"""
"""How high the window must be for nothing to scroll."""

_DRAWN: Final = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
"""Until what the new width changes is laid out: before that the page is as high as at the width before."""

_CHECKED: Final = """async () => {
  const { state } = await import(new URL("js/core/state.js", document.baseURI));
  return state().checks.state === "done";
}"""
"""Before they run again, what was decided since has made them stale."""

_FIX_TIMES: Final = r"""() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const fixed = node.data
      .replace(/\b\d{1,2}[ \/.]\w+[ \/.]\d{4},? \d{1,2}:\d\d(:\d\d)?/g, "28 Nov 2026, 21:00")
      .replace(/\b\w{3} \d{1,2}, \d{4}, \d{1,2}:\d\d\s?[AP]M/g, "28 Nov 2026, 21:00")
      .replace(/^\d\d:\d\d:\d\d$/, "00:02:40");
    if (fixed !== node.data) node.data = fixed;
  }
}"""


def main() -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=PICTURES, help="where to write (docs/wizard)")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with site() as office, chromium() as browser, serving(
        office.site.folder, words=(*office.site.plans, "--port", _PORT), extra=PIECES
    ) as tenant:  # fmt: skip
        first_run(office, tenant, browser, folder)
        second_run(office, tenant, browser, folder)
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures in {folder}\n")
    return 0


@contextmanager
def site() -> Iterator[Office]:
    """Build an installation in a folder that is called the same each time; one document is away."""
    folder = Path(tempfile.gettempdir()) / "omt"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        office = build_office(folder, users=14, documents=120, duplicate_email=1)
        with closing(sqlite3.connect(office.site.directory / "machine/C/SuperOffice/Data/crm.sqlite")) as crm, crm:
            # Names that look like attacks belong into tests, not into pictures.
            crm.execute("UPDATE person SET lastname = 'Berg' WHERE lastname GLOB '*[<=;{+]*'")
            crm.execute("UPDATE PersPos SET name = 'Konsulent' WHERE name GLOB '[=+]*'")
        office.documents()[0].unlink()
        office.limit(_SLOW)
        yield office
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def first_run(office: Office, tenant: Tenant, browser: Browser, folder: Path) -> None:
    """From the first page to the last, with an installation that is located by hand."""
    with wizard(office, "--workspace", office.site.folder / "work") as running, person(browser) as somebody:
        somebody.open(running.link)
        beginning(somebody, office, tenant, folder)
        checklist(somebody, folder)
        end(somebody, office, folder)
        running.result()


def second_run(office: Office, tenant: Tenant, browser: Browser, folder: Path) -> None:
    """Start it again: it is in recovery mode."""
    words = ("--answers", office.site.answer(tenant), "--workspace", office.site.folder / "work")
    with wizard(office, *words) as running, person(browser) as somebody:
        somebody.open(running.link)
        Welcome(somebody.page).start()
        Recovery(somebody.page).choose(Recovery.MISSING)
        take(somebody.page, folder, "recovery")


def beginning(somebody: Person, office: Office, tenant: Tenant, folder: Path) -> None:
    """Welcome, Settings, Installation, Login, Confirm."""
    page = somebody.page
    Welcome(page).says("This machine: all that was looked at is well")
    take(page, folder, "welcome")
    page.get_by_role("button", name="Settings").click()
    settings = Settings(page)
    settings.open("archive")
    take(page, folder, "settings")
    settings.back()
    Welcome(page).start()
    installation = Installation(page)
    installation.says("No configuration of SuperOffice CRM was found on this machine.")
    take(page, folder, "installation")
    installation.search_below(office.site.directory / "machine")
    installation.online(tenant.url, tenant.token_file)
    installation.detect()
    login = Login(page)
    take(page, folder, "login")
    login.log_in(office.login, office.password)
    confirm = Confirm(page)
    confirm.agreement.check()
    take(page, folder, "confirm")
    confirm.confirm(test=True)


def checklist(somebody: Person, folder: Path) -> None:
    """Checklist and its windows."""
    page = somebody.page
    Checklist(page).open(Checklist.PLANS)
    plans = Plans(page)
    expect(plans.card("HH")).to_be_visible()
    take(page, folder, "plans")
    plans.ok()
    Checklist(page).open(Checklist.USER_NAMES)
    names = UserNames(page)
    marked = page.get_by_role("row").filter(has=page.get_by_role("img", name="Also used by"))
    expect(marked).to_have_count(2)
    take(page, folder, "user-names")
    marked.first.get_by_role("combobox").fill("second@nordlys.example.com")
    marked.first.get_by_role("combobox").press("Enter")
    names.ok()
    Checklist(page).open(Checklist.NOTIFICATIONS)
    notifications = Notifications(page)
    take(page, folder, "notifications")
    notifications.ok()
    Checklist(page).open(Checklist.CHECKS)
    checks = Checks(page)
    checks.run_again()
    page.wait_for_function(_CHECKED)
    checks.says("Nothing blocks the upload")
    take(page, folder, "checks")
    checks.back()
    Checklist(page).shows(Checklist.CHECKS, "Done")
    page.get_by_role("button", name="Measure now").click()
    Checklist(page).says("Between 00:")
    take(page, folder, "checklist")
    Checklist(page).button("Send documents now").click()
    ahead = Ahead(page)
    ahead.is_under_way()
    take(page, folder, "ahead")
    ahead.pause()
    ahead.button("Back to the checklist").click()
    Checklist(page).shows(Checklist.CHECKS, "Done")


def end(somebody: Person, office: Office, folder: Path) -> None:
    """Upload, Complete and the end."""
    page = somebody.page
    Checklist(page).start(live=False)
    expect(Upload(page).row("Documents").get_by_text("Uploading ")).to_be_visible()
    take(page, folder, "upload")
    office.limit(None)
    complete = Complete(page)
    expect(complete.main.get_by_role("rowheader").first).to_be_visible()
    take(page, folder, "complete")
    complete.close()
    Closed(page)
    take(page, folder, "closed")


def take(page: Page, folder: Path, name: str) -> None:
    """Take a picture at each width, of a window as high as the page is; it is left at the first width."""
    for width in (*WIDTHS[1:], WIDTHS[0]):
        page.set_viewport_size({"width": width, "height": _HEIGHT})
        page.evaluate(_DRAWN)
        height = min(_HIGHEST, max(_HEIGHT, page.evaluate(_WHOLE)))
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(_FIX_TIMES)
        page.evaluate("() => document.querySelector('omt-main')?.scrollTo(0, 0)")  # where it does not all fit
        page.screenshot(path=folder / f"{name}-{width}.png", animations="disabled", caret="hide")
    page.set_viewport_size({"width": WIDTHS[0], "height": _HEIGHT})


@contextmanager
def wizard(office: Office, *words: str | Path) -> Iterator[Wizard]:
    """Run the wizard."""
    running = Wizard(*words, folder=office.site.folder, extra=office.settings)
    try:
        yield running
    finally:
        running.end()


@contextmanager
def person(browser: Browser) -> Iterator[Person]:
    """Somebody at a browser, whose clock and scheme are always the same."""
    with browser.new_context(
        locale="en-GB", viewport={"width": WIDTHS[0], "height": _HEIGHT}, color_scheme="light",
        reduced_motion="reduce", device_scale_factor=1, timezone_id="Europe/Oslo",
    ) as context:  # fmt: skip
        yield Person(context)


if __name__ == "__main__":
    sys.exit(main())
