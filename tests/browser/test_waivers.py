"""A waiver with its reason, by the keyboard; and what an installation's form asks of SQL Server."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import ComeBack, NewPerson, StartWizard
from tests.browser.screens.beginning import Confirm, Installation, Login, Recovery, Welcome
from tests.browser.screens.checklist import Checklist, Checks
from tests.browser.screens.uploading import Complete
from tests.browser.sites import Office

CODE = "template-folder-missing"


def test_a_finding_is_waived_only_with_a_reason(
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


def waive(checks: Checks, code: str, reason: str = "") -> None:
    """Waive a finding, with the reason that is there already unless one is given."""
    dialog = checks.waive(code)
    if reason:
        dialog.get_by_role("textbox", name="Reason", exact=True).fill(reason)
    dialog.get_by_role("button", name="Waive", exact=True).click()
    expect(checks.finding(code).get_by_text("Waived", exact=True)).to_be_visible()


def test_what_was_waived_in_a_test_is_asked_for_again_and_stands_in_the_live_dialog(
    start_wizard: StartWizard, new_person: NewPerson, come_back: ComeBack, office: Office
) -> None:
    shutil.rmtree(office.site.directory / "machine/C/SO_ARC/TEMPLATE")
    wizard, person = start_wizard(), new_person()
    person.open(wizard.link)
    checklist = person.review(person.go_to_checklist(office))
    checklist.open(Checklist.CHECKS)
    checks = Checks(person.page)
    for code in (CODE, "folder-unreachable"):
        waive(checks, code, "There are no templates.")
    checks.back()
    checklist = Checklist(person.page)
    checklist.start(live=False)
    Complete(person.page).close()
    assert wizard.result()["exit_code"] == 0

    other, again = come_back()
    Welcome(other.page).start()
    Recovery(other.page).resume(Recovery.OVERWRITE)
    Login(other.page).log_in(office.login, office.password)
    Confirm(other.page).confirm(test=False)
    checklist = other.review(Checklist(other.page))
    checklist.shows(Checklist.CHECKS, "Blocks the upload")
    checklist.open(Checklist.CHECKS)
    checks = Checks(other.page)
    expect(checks.finding(CODE)).to_contain_text('You waived this for the test: "There are no templates."')
    for code in (CODE, "folder-unreachable"):
        waive(checks, code)
    checks.back()
    checklist = Checklist(other.page)
    expect(checklist.upload).to_be_enabled()
    checklist.upload.click()
    dialog = other.page.get_by_role("dialog", name="Start the live migration?")
    expect(dialog).to_contain_text("You waived 2 errors that stand:")
    expect(dialog).to_contain_text("Your reason: There are no templates.")
    expect(dialog).to_contain_text(re.compile(r"What the test of .+ had: [\d,]+ files \(.+\) are online"))
    expect(dialog.get_by_role("link", name="Report")).to_be_visible()
    dialog.get_by_role("button", name="Freeze and upload").click()
    Complete(other.page).close()
    result = again.result()
    assert (result["exit_code"], result["kind"]) == (0, "live")
    receipt = json.loads(Path(result["receipt"]).read_text(encoding="utf-8"))
    assert f"{CODE}: There are no templates." in receipt["header"]["waivers"]
    report = Path(result["report"]).read_text(encoding="utf-8")
    assert "waived by the migrator</span> There are no templates." in report


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
