"""The keyboard alone leads from the first page to the last."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.browser.person import Person
from tests.browser.screens.beginning import Confirm, Login, Welcome
from tests.browser.screens.checklist import Checklist, Notifications
from tests.browser.screens.plans import Plans
from tests.browser.screens.uploading import Closed, Complete, Upload
from tests.browser.screens.user_names import UserNames
from tests.browser.sites import Office
from tests.browser.wizard import Wizard


def test_a_whole_run_needs_no_mouse(person: Person, wizard: Wizard, office: Office) -> None:
    """WCAG 2.1.1, 2.5.7: cards are moved by keys, several at once; an address is taken from the drop-down."""
    page = person.page
    keys = Keyboard(page)
    keys.use(Welcome(page).button("Start"))
    login = Login(page)
    keys.fill(page.get_by_label("User name", exact=True), office.login)
    keys.fill(page.get_by_label("Password", exact=True), office.password)
    keys.use(login.button("Login"))
    confirm = Confirm(page)
    keys.use(confirm.test_migration, "Space")
    keys.use(confirm.agreement, "Space")
    keys.use(confirm.button("Checklist"))

    Checklist(page)
    keys.use(page.get_by_role("link", name=Checklist.PLANS, exact=True))
    plans = Plans(page)
    plans.has_seats("ten-sales", "6/11")
    first, second, *_ = plans.column("ten-sales").get_by_role("checkbox").all()
    logins = [(box.get_attribute("aria-label") or "").rpartition("(")[2].rstrip(")") for box in (first, second)]
    keys.go_to(page.get_by_role("checkbox").and_(page.locator("[tabindex='0']")))  # one card is reached by Tab
    while not first.evaluate("element => element === document.activeElement"):
        keys.press("ArrowRight" if not _in(plans, "ten-sales") else "ArrowUp")
    keys.press("Space", "Shift+ArrowDown", "m")
    keys.choose_menu_item("ten-service")
    for moved in logins:
        plans.is_in(moved, "ten-service")
    keys.press("ControlOrMeta+z")
    plans.has_seats("ten-sales", "6/11")
    plans.is_kept()
    keys.use(plans.button("OK"))

    Checklist(page)
    keys.use(page.get_by_role("link", name=Checklist.USER_NAMES, exact=True))
    names = UserNames(page)
    keys.go_to(names.box("HH"))
    keys.press("ArrowDown", "ArrowDown", "Enter")
    expect(names.box("HH")).to_have_value("hh1@nordlys.example.com")  # W62
    names.is_kept()
    keys.use(names.button("OK"))

    Checklist(page)
    keys.use(page.get_by_role("link", name=Checklist.NOTIFICATIONS, exact=True))
    notifications = Notifications(page)
    keys.use(notifications.summary, "Space")
    keys.use(notifications.button("OK"))

    keys.use(Checklist(page).upload)
    Upload(page)
    keys.use(Complete(page).button("Close"))
    Closed(page)
    assert wizard.result()["exit_code"] == 0


def _in(plans: Plans, plan: str) -> bool:
    return bool(plans.column(plan).evaluate("column => column.contains(document.activeElement)"))
