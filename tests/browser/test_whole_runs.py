"""Whole runs from the first page to the last, by clicking."""

from __future__ import annotations

import re
import shutil

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ComeBack, NewPerson
from tests.browser.person import Person
from tests.browser.screens.beginning import Confirm, Login, Recovery, Welcome
from tests.browser.screens.checklist import Checklist, Notifications
from tests.browser.screens.plans import Plans
from tests.browser.screens.uploading import Closed, Complete, Upload
from tests.browser.screens.user_names import UserNames
from tests.browser.sites import Office
from tests.browser.wizard import Wizard
from tests.e2e.omt import Tenant, run


def steps(page: Page) -> list[str]:
    """The boxes of the step bar."""
    bar = page.get_by_role("navigation", name="Steps of the migration")
    return [box.split("\n")[-2] for box in bar.get_by_role("listitem").all_inner_texts()]


def verified(result: dict[str, object], tenant: Tenant, office: Office) -> bool:
    """Whether receipt, manifest and tenant say the same."""
    return run("verify", str(result["receipt"]), "--tenant", tenant.url, folder=office.site.folder).code == 0


def test_a_live_migration_goes_from_the_first_page_to_the_last_by_clicks_and_ends_verified(
    person: Person, wizard: Wizard, office: Office, tenant: Tenant
) -> None:
    """W2, W5, W6, W10-W42, W70-W82."""
    welcome = Welcome(person.page)
    expect(welcome.previous).to_be_disabled()
    expect(person.page.get_by_text("Plan for several hours")).to_be_in_viewport(ratio=1)  # W13
    assert steps(person.page) == ["Welcome", "Login", "Confirm", "Checklist", "Upload", "Complete"]
    confirm = person.go_to_confirm(office)
    expect(confirm.test_migration).not_to_be_checked()  # W28
    email = person.page.get_by_role("combobox", name="E-mail", exact=True)
    expect(email).to_have_value("hanne.hansen.1@nordlys.example.com")  # W25
    assert email.evaluate("box => box.scrollWidth <= box.clientWidth"), "the address is cut off"
    confirm.confirm(test=False)
    checklist = Checklist(person.page)
    expect(checklist.upload).to_be_disabled()  # W41
    for item in (Checklist.PLANS, Checklist.USER_NAMES, Checklist.NOTIFICATIONS):
        checklist.shows(item, "To review")
    checklist = person.review(checklist)
    for item in (Checklist.PLANS, Checklist.USER_NAMES, Checklist.NOTIFICATIONS):
        checklist.shows(item, "Done")  # W40
    checklist.start(live=True)
    upload = Upload(person.page)
    assert upload.rows() == list(Upload.ROWS)  # W73
    complete = Complete(person.page)
    expect(complete.previous).to_be_disabled()
    complete.says("The installation on site is frozen")  # W82
    complete.close()
    Closed(person.page)
    result = wizard.result()
    assert (result["exit_code"], result["kind"], result["missing"], result["failed"]) == (0, "live", 0, 0)
    assert verified(result, tenant, office)


def test_a_test_migration_leaves_the_site_alone_and_can_be_overwritten(
    person: Person, wizard: Wizard, office: Office, tenant: Tenant, come_back: ComeBack
) -> None:
    """W30, W35, W69, W83-W88: also the way back, and that the Checklist is prefilled the second time."""
    machine = office.site.directory / "machine"
    before = {path: path.read_bytes() for path in machine.rglob("*") if path.is_file() and path.suffix != ".sqlite"}
    confirm = person.go_to_confirm(office)
    confirm.go_back()
    Login(person.page).go_back()
    checklist = person.go_to_checklist(office, test=True)
    checklist.open(Checklist.NOTIFICATIONS)
    Notifications(person.page).says("This is a test: nobody can log in afterwards.")
    Notifications(person.page).ok()
    person.review(Checklist(person.page)).start(live=False)
    complete = Complete(person.page)
    complete.says("This was a test")
    expect(complete.main.get_by_text("You get an e-mail")).to_have_count(0)
    complete.close()
    Closed(person.page)
    first = wizard.result()
    assert (first["exit_code"], first["kind"]) == (0, "test")
    assert {path: path.read_bytes() for path in before} == before

    other, again = come_back()
    Welcome(other.page).start()
    Recovery(other.page).resume(Recovery.OVERWRITE)
    Login(other.page).log_in(office.login, office.password)
    confirm = Confirm(other.page)
    expect(confirm.test_migration).to_be_checked()
    confirm.confirm(test=True)
    other.review(Checklist(other.page)).start(live=False)
    complete = Complete(other.page)
    complete.says("Compared with the test before")
    complete.says("Nothing is gone or decided otherwise.")
    documents = complete.main.get_by_role("row").filter(has_text="Documents").first
    expect(documents.get_by_role("cell")).to_have_text([re.compile("[1-9]"), "0", "0", "0", "0"])
    complete.close()
    Closed(other.page)
    second = again.result()
    assert (second["exit_code"], second["kind"], second["mode"]) == (0, "test", "recovery")
    assert second["sent"]["files"] < first["sent"]["files"]
    assert verified(second, tenant, office)


def test_files_that_vanished_since_the_test_are_counted_on_the_last_page(
    person: Person, wizard: Wizard, office: Office, come_back: ComeBack
) -> None:
    document = office.documents()[0]
    document.with_name("note.txt").write_text("A folder that is empty all at once is waited for.", encoding="utf-8")
    person.go_to_upload(office, test=True)
    Complete(person.page).close()
    wizard.result()
    document.unlink()
    (office.site.directory / "machine/C/SuperOffice/Customer Service/templates/header.tmpl").unlink()

    other, again = come_back()
    Welcome(other.page).start()
    Recovery(other.page).resume(Recovery.OVERWRITE)
    Login(other.page).log_in(office.login, office.password)
    Confirm(other.page).confirm(test=False)
    other.review(Checklist(other.page)).start(live=True)
    complete = Complete(other.page)
    complete.says("No longer on site: 2")
    complete.says("Kept online as they were sent, since the database still refers to them: 1. No longer online: 1.")
    documents = complete.main.get_by_role("row").filter(has_text="Documents").first
    expect(documents.get_by_role("cell")).to_have_text([re.compile("[1-9]"), "0", "1", "0", "1"])
    lost = complete.main.get_by_role("row").filter(has_text=document.name)
    expect(lost).to_contain_text("kept online")
    complete.close()
    result = again.result()
    assert (result["gone"], result["kept"]) == (2, 1)


def test_documents_that_were_away_are_sent_when_the_wizard_is_started_again(
    person: Person, wizard: Wizard, office: Office, tenant: Tenant, come_back: ComeBack
) -> None:
    """W3, W83-W86, W89: recovery is found by itself; it has neither Confirm nor Checklist."""
    shelf = office.site.folder / "shelf"
    shelf.mkdir()
    away = office.documents()[:3]
    for number, path in enumerate(away):
        shutil.move(path, shelf / str(number))
    person.go_to_upload(office, test=False)
    complete = Complete(person.page)
    complete.says(f"{len(away)} items left behind")
    expect(complete.main.get_by_role("rowheader").filter(has_text=away[0].name)).to_be_visible()
    complete.close()
    Closed(person.page)
    assert wizard.result()["missing"] == len(away)

    for number, path in enumerate(away):
        shutil.move(shelf / str(number), path)
    other, again = come_back()
    Welcome(other.page).start()
    recovery = Recovery(other.page)
    assert steps(other.page) == ["Welcome", "Recovery", "Login", "Upload", "Complete"]
    expect(recovery.choice(Recovery.OVERWRITE)).to_be_disabled()  # W88
    recovery.resume(Recovery.MISSING)
    Login(other.page).log_in(office.login, office.password)
    Upload(other.page).go_on()
    complete = Complete(other.page)
    complete.says("The database online stays as it was")
    complete.close()
    Closed(other.page)
    result = again.result()
    assert (result["exit_code"], result["sent"]["files"], result["missing"]) == (0, len(away), 0)
    assert verified(result, tenant, office)


def is_whole(box: Locator) -> None:
    """Nothing of what stands in a field is cut off."""
    assert box.evaluate("one => one.scrollWidth <= one.clientWidth"), box.input_value()


def test_a_whole_run_fits_the_width_of_a_phone(new_person: NewPerson, wizard: Wizard, office: Office) -> None:
    """Nothing is cut off or needs scrolling to the side at 400 pixels; cards are moved by their menu."""
    person = new_person(viewport={"width": 400, "height": 800}, has_touch=True, is_mobile=True)
    page = person.page

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= 400, page.url

    person.open(wizard.link)
    Welcome(page)
    fits()
    login = person.go_to_login()
    fits()
    login.log_in(office.login, office.password)
    confirm = Confirm(page)
    fits()
    is_whole(page.get_by_role("combobox", name="E-mail"))  # W25
    confirm.confirm(test=True)
    checklist = Checklist(page)
    fits()
    checklist.open(Checklist.PLANS)
    plans = Plans(page)
    page.get_by_role("combobox", name="Plan shown").select_option(label="ten-sales (6/11)")
    fits()
    plans.move_by_menu("ÞG", "ten-service")
    page.get_by_role("combobox", name="Plan shown").select_option(label="ten-service (1/5)")
    plans.is_in("ÞG", "ten-service")
    plans.ok()
    Checklist(page).open(Checklist.USER_NAMES)
    names = UserNames(page)
    fits()
    names.ok()
    Checklist(page).open(Checklist.CHECKS)
    page.get_by_role("button", name="Back to the checklist").wait_for()
    fits()
    page.get_by_role("button", name="Back to the checklist").click()
    Checklist(page).open(Checklist.NOTIFICATIONS)
    notifications = Notifications(page)
    fits()
    is_whole(notifications.address)
    notifications.ok()
    Checklist(page).start(live=False)
    Upload(page)
    fits()
    complete = Complete(page)
    fits()
    complete.close()
    Closed(page)
    fits()
    assert wizard.result()["exit_code"] == 0
