"""Names from the database are text, never markup, on every page."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from playwright.sync_api import Page, expect

from tests.browser.person import Person
from tests.browser.screens.checklist import Checklist, Checks
from tests.browser.screens.plans import Plans
from tests.browser.screens.uploading import Complete, Upload
from tests.browser.screens.user_names import UserNames
from tests.browser.sites import Office

SCRIPT = "<script>document.title='taken'</script>"
IMAGE = "<img src=x onerror=\"document.title='taken'\">"


def test_planted_scripts_are_shown_as_text_everywhere(office: Office, person: Person) -> None:
    """Persons, groups, roles, companies, plans, documents: board, grid, checks, left-behind lists, report."""
    plant(office)
    person.page.on("dialog", lambda dialog: dialog.dismiss())
    checklist = person.go_to_checklist(office)
    checklist.open(Checklist.PLANS)
    plans = Plans(person.page)
    for text in (SCRIPT, IMAGE):
        expect(plans.card("ÞG").get_by_text(text).first).to_be_visible()
    plans.filter(IMAGE)
    expect(plans.card("ÞG")).to_be_visible()
    harmless(person.page)
    plans.ok()

    Checklist(person.page).open(Checklist.USER_NAMES)
    names = UserNames(person.page)
    expect(names.row("ÞG").get_by_text(SCRIPT).first).to_be_visible()
    names.enter("ÞG", f"{IMAGE}@x")
    expect(names.button("OK")).to_be_disabled()
    harmless(person.page)
    names.enter("ÞG", "thorunn@nordlys.example.com")
    names.ok()

    Checklist(person.page).open(Checklist.CHECKS)
    checks = Checks(person.page)
    expect(checks.main.get_by_role("article").first).to_be_visible()
    harmless(person.page)
    checks.back()
    Checklist(person.page).open(Checklist.NOTIFICATIONS)
    person.page.get_by_role("button", name="OK", exact=True).click()
    Checklist(person.page).start(live=False)
    Upload(person.page)
    complete = Complete(person.page)
    expect(complete.main.get_by_text(IMAGE).first).to_be_visible()
    harmless(person.page)
    report = person.new_tab("about:blank")
    answer = person.context.request.get(person.page.url.partition("#")[0] + "api/report.html")
    assert "<img src=x" not in answer.text()
    report.set_content(answer.text())
    assert report.title() != "taken"


def plant(office: Office) -> None:
    """Write markup into every kind of name, of a file too."""
    with closing(sqlite3.connect(office.site.directory / "machine/C/SuperOffice/Data/crm.sqlite")) as crm, crm:
        crm.execute("UPDATE person SET firstname = ?, lastname = ? WHERE person_id = 3", (SCRIPT, IMAGE))
        crm.execute('UPDATE "UserGroup" SET name = ? || name', (IMAGE,))
        crm.execute('UPDATE "Role" SET name = ? || name', (SCRIPT,))
        crm.execute("UPDATE contact SET name = ? WHERE contact_id = 1", (SCRIPT,))
    (office.documents()[0].parent / f"{IMAGE}.docx").write_bytes(b"a file that belongs to no document")


def harmless(page: Page) -> None:
    """Nothing of what was planted has become an element, and none of it has run."""
    assert page.locator("body script, img[onerror]").count() == 0
    assert page.title() != "taken"
