"""Names in scripts that run the other way, and names with characters that turn or hide what stands beside them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.screens.checklist import Checklist
from tests.browser.screens.plans import Plans
from tests.browser.screens.user_names import UserNames
from tests.browser.sites import Office

ARABIC = "\u0639\u0628\u062f \u0627\u0644\u0631\u062d\u0645\u0646"
TURNED = "Ann\u202egro.live"


def test_a_name_begins_where_its_script_begins_and_turns_nothing_round(office: Office, person: Person) -> None:
    with closing(sqlite3.connect(office.site.directory / "machine/C/SuperOffice/Data/crm.sqlite")) as crm, crm:
        crm.execute("UPDATE person SET firstname = ?, lastname = ? WHERE person_id = 3", (ARABIC, ARABIC * 3))
        crm.execute("UPDATE person SET firstname = ?, lastname = 'Hansen' WHERE person_id = 1", (TURNED,))
    checklist = person.go_to_checklist(office)
    checklist.open(Checklist.PLANS)
    plans = Plans(person.page)
    name = plans.card("\u00deG").get_by_text(ARABIC).first
    expect(name).to_have_css("direction", "rtl")
    expect(plans.card("HH").locator("strong")).to_have_text("Ann\\u202egro.live Hansen")
    plans.ok()
    Checklist(person.page).open(Checklist.USER_NAMES)
    names = UserNames(person.page)
    cell = names.row("\u00deG").get_by_role("cell", name=ARABIC).first
    expect(cell).to_have_css("direction", "rtl")
    expect(cell).to_have_attribute("title", f"{ARABIC} {ARABIC * 3}")
    expect(names.row("HH").get_by_text("Ann\\u202egro.live Hansen")).to_be_visible()
