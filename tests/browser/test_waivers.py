"""A waiver with its reason, by the keyboard; and what an installation's form asks of SQL Server."""

from __future__ import annotations

import shutil

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, StartWizard
from tests.browser.screens.beginning import Installation, Welcome
from tests.browser.screens.checklist import Checklist, Checks
from tests.browser.sites import Office

CODE = "template-folder-missing"


def test_what_may_be_left_behind_is_waived_only_with_a_reason(
    start_wizard: StartWizard, new_person: NewPerson, office: Office
) -> None:
    shutil.rmtree(office.site.directory / "machine/C/SO_ARC/TEMPLATE")
    person = new_person()
    person.open(start_wizard().link)
    person.go_to_checklist(office).open(Checklist.CHECKS)
    checks = Checks(person.page)
    dialog = checks.waive(CODE)
    reason = dialog.get_by_role("textbox", name="Reason", exact=True)
    reason.fill("  ")
    dialog.get_by_role("button", name="Waive", exact=True).click()
    expect(reason).to_be_focused()
    expect(reason).to_have_attribute("aria-invalid", "true")
    reason.fill("There are no templates.")
    reason.press("Enter")
    expect(dialog).to_be_hidden()
    expect(checks.finding(CODE).get_by_text("Waived", exact=True)).to_be_visible()


def test_the_form_asks_for_the_windows_account_and_keeps_the_answer(
    start_wizard: StartWizard, new_person: NewPerson
) -> None:
    person = new_person()
    person.open(start_wizard(answers=False).link)
    Welcome(person.page).start()
    installation = Installation(person.page)
    person.complaints.allow(r"status of 422")  # there is nothing to be found
    box = person.page.get_by_role("checkbox", name="Log on with the Windows account")
    box.check()
    with person.page.expect_request("**/api/installation") as sent:
        installation.detect()
    assert sent.value.post_data_json["answers"]["windows_login"] is True
    expect(box).to_be_checked()
