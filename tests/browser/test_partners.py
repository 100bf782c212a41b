"""Partners' plugins appear by themselves: findings, settings, upload stages. None of them writes HTML."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, StartWizard
from tests.browser.screens.beginning import Welcome
from tests.browser.screens.checklist import Checklist, Checks
from tests.browser.screens.settings import Settings
from tests.browser.screens.uploading import Complete, Upload
from tests.browser.sites import Office


def test_a_partners_finding_blocks_the_upload_until_it_is_waived_and_its_stage_has_a_row(
    start_wizard: StartWizard, new_person: NewPerson, office: Office
) -> None:
    folder = office.site.folder / "recordings"
    folder.mkdir()
    (folder / "call.wav").write_bytes(b"sound" * 100)
    wizard = start_wizard("--plugin", "tests.e2e.partner:BlocksAndBringsStage", extra={"OMT_TEST_FOLDER": str(folder)})
    person = new_person()
    person.open(wizard.link)
    checklist = person.review(person.go_to_checklist(office))
    checklist.shows(Checklist.CHECKS, "Blocks the upload")
    expect(checklist.upload).to_be_disabled()

    checklist.open(Checklist.CHECKS)
    checks = Checks(person.page)
    finding = checks.finding("partner-says-no")
    for text in ("Blocks the upload", "from partner", "Nordlys Maritim AS shall not pass.", "Ask."):
        expect(finding.get_by_text(text).first).to_be_visible()
    checks.button("partner-says-no").click()
    code = person.page.get_by_role("dialog", name="partner-says-no")
    expect(code.get_by_text("The partner says no.")).to_be_visible()
    code.get_by_role("button", name="Close", exact=True).click()
    dialog = checks.waive("partner-says-no")
    dialog.get_by_role("textbox", name="Reason", exact=True).fill("They agreed.")
    dialog.get_by_role("button", name="Waive", exact=True).click()
    expect(finding.get_by_text("Waived", exact=True)).to_be_visible()
    checks.back()

    Checklist(person.page).start(live=False)
    assert Upload(person.page).rows() == [*Upload.ROWS[:-1], "Recordings", "Finishing"]
    Complete(person.page).close()
    result = wizard.result()
    assert result["exit_code"] == 0
    assert "partner-says-no" in {finding["code"] for finding in result["findings"]}


def test_a_partners_settings_are_a_form_that_the_plugin_gets(
    start_wizard: StartWizard, new_person: NewPerson, office: Office
) -> None:
    wizard = start_wizard("--plugin", "tests.e2e.partner:Greets")
    person = new_person()
    person.open(wizard.link)
    Welcome(person.page).button("Settings").click()
    settings = Settings(person.page)
    section = settings.open("partner")
    section.get_by_role("textbox", name="greeting").fill("Ahoy <b>there</b>")
    expect(section.get_by_role("checkbox", name="Loud", exact=True)).to_be_visible()
    section.get_by_role("checkbox", name="loud").check()
    section.get_by_role("spinbutton", name="times").fill("7")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_text("At most 3.")).to_be_visible()
    section.get_by_role("spinbutton", name="times").fill("2")
    section.get_by_role("combobox", name="manner").select_option("brief")
    section.get_by_role("textbox", name="names").fill("HH\nVS")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_text("Saved.")).to_be_visible()
    settings.back()
    person.go_to_checklist(office).open(Checklist.CHECKS)
    finding = Checks(person.page).finding("partner-greets")
    expect(finding.get_by_text("AHOY <B>THERE</B> AHOY <B>THERE</B>")).to_be_visible()
    expect(finding.get_by_role("listitem").filter(has_text=re.compile(r"^VS "))).to_be_visible()

    person.page.get_by_role("button", name="Settings").click()
    Settings(person.page).says("The settings can be read only now")
