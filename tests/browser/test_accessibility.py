"""axe finds nothing on any screen or window, in light and in dark (WCAG 2.2 AA and axe's best practices)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import Axe
from tests.browser.conftest import ComeBack, NewPerson, StartWizard
from tests.browser.person import Person
from tests.browser.screens.beginning import Confirm, Installation, Recovery, Welcome
from tests.browser.screens.checklist import Checklist, Checks, Notifications
from tests.browser.screens.plans import Plans
from tests.browser.screens.settings import Settings
from tests.browser.screens.uploading import Ahead, Closed, Complete, Upload
from tests.browser.screens.user_names import UserNames
from tests.browser.sites import PIECES, Office, build_office
from tests.browser.wizard import Wizard
from tests.e2e.omt import Tenant, serving


@pytest.fixture
def axe(tmp_path_factory: pytest.TempPathFactory) -> Axe:
    return Axe(tmp_path_factory.mktemp("axe"))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """With duplicate user names and a file that is away, so that pages have something to say."""
    office = build_office(tmp_path, duplicate_email=1)
    shutil.move(office.documents()[0], tmp_path)
    office.limit(20_000)
    return office


@pytest.fixture
def tenant(office: Office) -> Iterator[Tenant]:
    with serving(office.site.folder, words=office.site.plans, extra=PIECES) as running:
        yield running


def test_axe_finds_nothing_from_the_first_page_to_the_last(
    axe: Axe, new_person: NewPerson, wizard: Wizard, office: Office, come_back: ComeBack
) -> None:
    person = new_person(bypass_csp=True)  # axe writes a style into the page
    person.open(wizard.link)
    page = person.page
    person.complaints.allow(r"status of 4\d\d")
    look_at_the_beginning(axe, person, office)
    look_at_the_checklist(axe, person)
    Checklist(page).upload.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    axe.look(page, "start dialog")
    page.get_by_role("button", name="Freeze and upload").click()
    look_at_the_upload(axe, Upload(page))
    complete = Complete(page)
    expect(complete.main.get_by_role("rowheader").first).to_be_visible()
    axe.look(page, "complete")
    complete.close()
    Closed(page)
    axe.look(page, "closed")
    wizard.result()

    other, _ = come_back(bypass_csp=True)
    Welcome(other.page).start()
    Recovery(other.page)
    axe.look(other.page, "recovery")
    assert not axe.found, "\n".join(axe.found)


def test_axe_finds_nothing_in_what_is_done_ahead_of_the_upload(
    axe: Axe, new_person: NewPerson, wizard: Wizard, office: Office
) -> None:
    """The estimate, documents that are sent days before, and a start that is planned."""
    person = new_person(bypass_csp=True)
    person.open(wizard.link)
    page = person.page
    checklist = person.go_to_checklist(office, test=False)
    checklist.button("Measure now").click()
    checklist.says("Between 00:")
    axe.look(page, "estimate")
    checklist.button("Send documents now").click()
    ahead = Ahead(page)
    ahead.is_under_way()
    axe.look(page, "ahead")
    ahead.pause()
    ahead.button("Back to the checklist").click()
    Checklist(page)
    assert not axe.found, "\n".join(axe.found)


def test_axe_finds_nothing_where_the_way_is_lost(axe: Axe, start_wizard: StartWizard, new_person: NewPerson) -> None:
    """The installation that is not found, the session that has ended, the tool that is gone."""
    wizard = start_wizard(answers=False)
    person = new_person(bypass_csp=True)
    person.complaints.allow(r"ERR_\w+", r"status of 401")
    person.open(wizard.link)
    Welcome(person.page).start()
    Installation(person.page).says("No configuration of SuperOffice CRM was found on this machine.")
    axe.look(person.page, "installation")
    person.page.get_by_role("button", name=re.compile("^Choose a folder: Archive path 1")).click()
    expect(person.page.get_by_role("dialog")).to_be_visible()
    axe.look(person.page, "folders")
    stranger = new_person(bypass_csp=True)
    stranger.complaints.allow(r"status of 401")
    stranger.open(wizard.link)
    expect(stranger.page.get_by_role("heading", name="This page's session has ended")).to_be_visible()
    axe.look(stranger.page, "expired")
    person.page.keyboard.press("Escape")
    wizard.kill()
    expect(person.page.get_by_role("alert").filter(has_text="The tool does not answer.")).to_be_visible()
    axe.look(person.page, "offline")
    assert not axe.found, "\n".join(axe.found)


def look_at_the_beginning(axe: Axe, person: Person, office: Office) -> None:
    page = person.page
    Welcome(page)
    axe.look(page, "welcome")
    page.get_by_role("button", name="Settings").click()
    settings = Settings(page)
    settings.open("upload")
    axe.look(page, "settings")
    settings.back()
    login = person.go_to_login()
    page.get_by_text("What was found where").click()
    login.log_in("HH", "not the password")
    login.says("The user name or the password is wrong.")
    axe.look(page, "login")
    login.log_in(office.login, office.password)
    confirm = Confirm(page)
    axe.look(page, "confirm live")
    confirm.test_migration.check()
    axe.look(page, "confirm test")
    confirm.confirm(test=False)


def look_at_the_checklist(axe: Axe, person: Person) -> None:
    page = person.page
    checklist = Checklist(page)
    checklist.shows(Checklist.CHECKS, "Blocks the upload")
    axe.look(page, "checklist")
    checklist.open(Checklist.PLANS)
    plans = Plans(page)
    plans.choose("VS")
    axe.look(page, "plans")
    plans.card("VS").get_by_role("button").click()
    expect(page.get_by_role("menu")).to_be_visible()
    axe.look(page, "plans menu")
    page.keyboard.press("Escape")
    plans.button("Remove all user plans").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    axe.look(page, "plans dialog")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    plans.ok()
    Checklist(page).open(Checklist.USER_NAMES)
    names = UserNames(page)
    names.is_marked("GS")
    names.box("GS").press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    axe.look(page, "user names")
    page.keyboard.press("Escape")
    names.enter("GS", "gs@lu.li")
    names.ok()
    Checklist(page).open(Checklist.NOTIFICATIONS)
    notifications = Notifications(page)
    axe.look(page, "notifications")
    notifications.ok()
    Checklist(page).open(Checklist.CHECKS)
    checks = Checks(page)
    expect(checks.main.get_by_role("article").first).to_be_visible()
    axe.look(page, "checks")
    checks.main.get_by_role("article").first.get_by_title("What this means").click()
    expect(page.get_by_role("dialog").get_by_text("What it means")).to_be_visible()
    axe.look(page, "code")
    page.keyboard.press("Escape")
    checks.run_again()
    checks.back()


def look_at_the_upload(axe: Axe, upload: Upload) -> None:
    page = upload.page
    upload.is_under_way()
    axe.look(page, "upload")
    upload.button("Limit rate...").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    axe.look(page, "limit")
    page.keyboard.press("Escape")
    upload.button("Cancel...").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    axe.look(page, "cancel")
    page.keyboard.press("Escape")
    upload.pause()
    upload.stands("The upload is paused.")
    axe.look(page, "paused")
    upload.resume()
    upload.limit("No limit")
