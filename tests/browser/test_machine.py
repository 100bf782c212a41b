"""What the first page says of this machine before a night."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, StartWizard
from tests.browser.person import Person
from tests.browser.screens.beginning import Login, Welcome

WELL = "This machine: all that was looked at is well"
"""Nothing needs care; how large the night is nobody estimated."""


def test_a_machine_on_which_all_is_well_is_one_calm_line_with_all_that_was_looked_at_behind_it(person: Person) -> None:
    welcome = Welcome(person.page)
    welcome.says(WELL)
    tenant = welcome.main.get_by_text("The tenant at 127.0.0.1 answers")
    expect(tenant).to_be_hidden()
    welcome.main.get_by_text(WELL).click()
    expect(tenant).to_be_visible()


def test_what_needs_care_is_open_with_what_to_do_and_can_be_looked_at_again(
    start_wizard: StartWizard, new_person: NewPerson
) -> None:
    person = new_person(viewport={"width": 400, "height": 800})
    person.open(start_wizard("--plugin", "no_such_module_here:Plugin").link)
    welcome = Welcome(person.page)
    welcome.says("This machine: 1 point needs care")
    welcome.says("The plugin 'no_such_module_here'")
    expect(welcome.main.get_by_text("The tenant at 127.0.0.1 answers")).to_be_hidden()
    with person.page.expect_response("**/api/machine") as answered:
        welcome.button("Look again").click()
    assert answered.value.status == 200
    welcome.says("This machine: 1 point needs care")
    assert person.page.evaluate("document.documentElement.scrollWidth") <= 400


def test_nobody_has_to_wait_for_it(person: Person) -> None:
    person.page.route("**/api/machine", lambda _: None)
    person.page.reload()
    welcome = Welcome(person.page)
    welcome.says("Looking at this machine...")
    welcome.start()
    Login(person.page)


def test_a_machine_that_could_not_be_looked_at_is_said_so_and_asked_again(person: Person) -> None:
    person.complaints.allow(r"status of 500")
    answer = '{"error": {"code": "internal", "message": "It broke.", "remedy": ""}}'
    person.page.route(
        "**/api/machine", lambda route: route.fulfill(status=500, body=answer, content_type="application/json")
    )
    person.page.reload()
    welcome = Welcome(person.page)
    welcome.says("This machine could not be looked at")
    person.page.unroute("**/api/machine")
    welcome.main.get_by_text("This machine could not be looked at").click()
    welcome.button("Try again").click()
    welcome.says(WELL)
