"""What a person does ahead of the upload: measures it, sends documents days before, asks to be told."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import ComeBack
from tests.browser.person import Person
from tests.browser.screens.checklist import Checklist
from tests.browser.screens.uploading import Ahead
from tests.browser.sites import Office
from tests.browser.wizard import Wizard


def test_the_checklist_and_the_live_dialog_say_how_long_it_will_take(person: Person, office: Office) -> None:
    checklist = person.review(person.go_to_checklist(office, test=False))
    checklist.says("Not measured yet.")
    checklist.button("Measure now").click()
    checklist.says("Between 00:")
    person.page.get_by_text("What would change it").click()
    expect(person.page.get_by_role("listitem").filter(has_text="while users work")).to_be_visible()
    checklist.upload.click()
    expect(person.page.get_by_role("dialog")).to_contain_text("Between 00:")


def test_documents_are_sent_ahead_and_the_first_page_says_so_on_another_day(
    person: Person, office: Office, wizard: Wizard, come_back: ComeBack
) -> None:
    checklist = person.go_to_checklist(office, test=False)
    checklist.button("Send documents now").click()
    page = Ahead(person.page)
    page.says("On the night only the difference is sent.")
    expect(page.row("Documents")).to_contain_text("Succeeded")
    page.button("Back to the checklist").click()
    Checklist(person.page)
    person.complaints.allow("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET")
    wizard.kill()
    again, _ = come_back()
    expect(again.page.get_by_text("Sent ahead:")).to_be_visible()
    expect(again.page.get_by_text("(today)")).to_be_visible()


def test_the_browser_tells_of_the_end_only_where_a_person_asked_for_it(person: Person, office: Office) -> None:
    person.page.add_init_script(
        "window.told = []; window.Notification = class { static permission = 'granted';"
        " static requestPermission() { window.askedFor = true; return Promise.resolve('granted'); }"
        " constructor(title, { body }) { window.told.push(body); } };"
    )
    person.page.reload()
    checklist = person.go_to_checklist(office, test=False)
    assert person.page.evaluate("window.askedFor") is None
    checklist.button("Send documents now").click()
    page = Ahead(person.page)
    page.button("Tell me on this desktop").click()
    expect(page.button("You will be told on this desktop")).to_have_attribute("aria-pressed", "true")
    page.says("On the night only the difference is sent.")
    told = person.page.evaluate("window.told")
    assert told in ([], ["The upload is done."])  # it may have been done before the button was pressed
