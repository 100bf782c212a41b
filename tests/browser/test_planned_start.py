"""A start that is planned for later, as a person sees it: asked for, counted down, cancelled, lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ComeBack, NewPerson
from tests.browser.person import Person
from tests.browser.screens.beginning import Login
from tests.browser.screens.checklist import Checklist
from tests.browser.sites import Office
from tests.browser.wizard import Wizard


def banner(page: Page) -> Locator:
    """What stands on every page about a planned start."""
    return page.locator("omt-planned").get_by_role("status")


def plan(person: Person, office: Office, moment: str | None = None) -> Checklist:
    """Go to the live dialog and plan the start in it, for the evening unless a moment is given."""
    checklist = person.review(person.go_to_checklist(office, test=False))
    checklist.upload.click()
    person.page.get_by_text("Start later", exact=True).click()
    if moment is not None:
        person.page.get_by_label("Date and time").fill(moment)
    person.page.get_by_role("button", name="Plan the start").click()
    return checklist


def test_a_start_is_planned_in_the_live_dialog_survives_a_reload_and_can_be_cancelled(
    person: Person, office: Office
) -> None:
    plan(person, office)
    page = person.page
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(banner(page)).to_contain_text("The upload starts at")
    expect(page.get_by_role("timer")).to_contain_text("Starts in")
    page.reload()
    checklist = Checklist(page)
    expect(banner(page)).to_contain_text("The upload starts at")
    checklist.button("Cancel the planned start").click()
    expect(banner(page)).to_have_count(0)
    expect(checklist.upload).to_be_enabled()


def test_a_moment_that_has_passed_is_refused_in_the_dialog(person: Person, office: Office) -> None:
    person.complaints.allow("400")
    plan(person, office, "2020-01-01T22:00")
    dialog = person.page.get_by_role("dialog")
    expect(dialog.get_by_label("Date and time")).to_have_attribute("aria-invalid", "true")
    expect(banner(person.page)).to_have_count(0)


def test_the_tool_says_that_a_planned_start_was_lost_with_it(
    person: Person, office: Office, wizard: Wizard, come_back: ComeBack
) -> None:
    plan(person, office)
    expect(banner(person.page)).to_contain_text("The upload starts at")
    person.complaints.allow("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET")
    wizard.kill()
    again, _ = come_back()
    again.go_to_login()
    expect(banner(again.page)).to_contain_text("was lost")
    Login(again.page).button("Understood").click()
    expect(banner(again.page)).to_have_count(0)


def test_the_moment_is_the_one_that_the_person_saw_whatever_zone_the_browser_has(
    new_person: NewPerson, wizard: Wizard, office: Office
) -> None:
    person = new_person(timezone_id="Asia/Tokyo")
    person.open(wizard.link)
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    plan(person, office, f"{tomorrow:%Y-%m-%d}T03:07")
    expect(banner(person.page)).to_contain_text("03:07")
