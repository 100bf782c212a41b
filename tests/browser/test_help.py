"""What helps a person with an error: what it means, and a bundle for whoever helps them."""

from __future__ import annotations

import zipfile

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.screens.checklist import Checklist
from tests.browser.sites import Office


def refused(person: Person) -> None:
    """Have the first page refuse to go on."""
    person.complaints.allow(r"status of 500")
    answer = '{"error": {"code": "database-unreachable", "message": "It is away.", "remedy": "Connect it."}}'
    person.page.route(
        "**/api/start", lambda route: route.fulfill(status=500, body=answer, content_type="application/json")
    )
    person.page.get_by_role("button", name="Start").click()
    expect(person.page.get_by_text("It is away.").first).to_be_visible()


def test_from_an_error_one_takes_a_support_bundle_whose_contents_one_saw_first(person: Person) -> None:
    refused(person)
    person.page.get_by_role("button", name="Support bundle").click()
    dialog = person.page.get_by_role("dialog")
    take = dialog.get_by_role("button", name="Download")
    expect(take).to_be_disabled()
    expect(dialog.get_by_role("row", name="versions.json")).to_be_visible()
    expect(dialog.get_by_text("Nothing is sent")).to_be_visible()
    listed = {row.split()[0] for row in dialog.get_by_role("rowheader").all_inner_texts()}
    with person.page.expect_download() as downloaded:
        take.click()
    with zipfile.ZipFile(downloaded.value.path()) as archive:
        assert set(archive.namelist()) == listed
    expect(dialog).to_be_hidden()


def test_an_error_leads_to_its_line_in_the_documentation_without_a_network(person: Person) -> None:
    refused(person)
    with person.context.expect_page() as opened:
        person.page.get_by_role("link", name="What it means").click()
    page = opened.value
    expect(page.get_by_role("heading", level=1)).to_have_text("Errors and exit codes")
    expect(page.locator("tr:target")).to_contain_text("database-unreachable")
    page.get_by_role("link", name="findings", exact=True).first.click()
    page.get_by_role("link", name="archive-root-missing").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("archive-root-missing")


def test_from_the_checks_one_takes_the_findings_as_csv_and_reads_what_one_means(person: Person, office: Office) -> None:
    checklist = person.go_to_checklist(office)
    checklist.open(Checklist.CHECKS)
    page = person.page
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Findings as CSV").click()
    first = downloaded.value.path().read_text(encoding="utf-8-sig").splitlines()[0]
    assert first == "severity,code,plugin,standing,subject,message,remedy"
    page.locator("button.code").first.click()
    with person.context.expect_page() as opened:
        page.get_by_role("dialog").get_by_role("link", name="Read its page").click()
    expect(opened.value.get_by_role("heading", name="What it means")).to_be_visible()
