"""What may happen in the middle of an upload. A limit on the rate keeps it there for as long as a test needs."""

from __future__ import annotations

import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from pydantic import TypeAdapter

from omt_core.api.events import MachinesProgress, SendingMachine, SendingState
from tests.browser.conftest import ComeBack, NewPerson, StartWizard
from tests.browser.person import Person
from tests.browser.screens.beginning import Confirm, Login, Welcome
from tests.browser.screens.checklist import Checklist
from tests.browser.screens.uploading import Closed, Complete, Upload
from tests.browser.sites import PIECES, Office
from tests.browser.wizard import Wizard
from tests.e2e.omt import Tenant, run, serving

CRAWL = 20 * 1024
"""Bytes per second: the upload takes two minutes, and the first piece is confirmed within a few seconds."""
_GONE = r"ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE|NETWORK_IO_SUSPENDED)"


@pytest.fixture(autouse=True)
def crawling(office: Office) -> None:
    """The workspace that the wizard is going to use has a limit already."""
    office.limit(CRAWL)


@pytest.fixture
def tenant(office: Office) -> Iterator[Tenant]:
    with serving(office.site.folder, words=office.site.plans, extra=PIECES) as running:
        yield running


def test_a_reload_and_a_second_tab_show_what_the_first_shows(person: Person, office: Office) -> None:
    """The tool says what is shown; no page knows anything of its own."""
    upload = person.go_to_upload(office)
    upload.is_under_way()
    person.page.reload()
    reloaded = Upload(person.page)
    reloaded.is_under_way()
    assert reloaded.rows() == list(Upload.ROWS)
    expect(reloaded.previous).to_be_disabled()  # W78
    expect(reloaded.button("Finished")).to_be_disabled()

    tab = Upload(person.new_tab(person.page.url))
    tab.pause()
    for page in (tab, reloaded):
        page.stands("The upload is paused.")
    person.page.bring_to_front()
    reloaded.resume()
    for page in (tab, reloaded):
        page.stands("Database and documents are on their way to the tenant. The parts run in parallel.")
    tab.limit("No limit")
    for page in (tab, reloaded):
        Complete(page.page)


def test_an_upload_is_limited_paused_resumed_cancelled_and_gone_on_with(person: Person, office: Office) -> None:
    """W79: what was confirmed is kept whatever one presses."""
    upload = person.go_to_upload(office, test=False)
    upload.is_under_way()
    upload.says("20 KB/s")
    upload.limit("500 KB/s")
    upload.says("500 KB/s")
    in_reach(upload, "Pause", "Limit rate...", "Cancel...")
    expect(person.page).to_have_title(re.compile(r"^\d+ ?% Upload - "))
    upload.button("Pause").focus()
    upload.pause()
    upload.stands("The upload is paused.")
    upload.says("The installation on site stays frozen meanwhile.")
    expect(upload.button("Resume")).to_have_count(2)  # in the notice, and as the main button below
    in_reach(upload, "Resume", "Cancel...")
    sent = upload.total("Sent")
    upload.resume()
    upload.is_under_way()
    expect(upload.button("Pause")).to_be_focused()
    assert upload.total("Sent") >= sent
    expect(upload.main.get_by_text(re.compile(r"^\d\d:\d\d$"))).to_be_visible()  # done at about
    day = re.compile(r"^\d{1,2} \w{3,4} \d{4}, \d\d:\d\d$")  # started, as one writes it where this browser is
    expect(upload.main.get_by_text(day)).to_be_visible()
    office.limit(CRAWL)
    upload.cancel()
    upload.stands("The upload was cancelled.")
    expect(upload.button("Go on")).to_be_enabled()
    upload.go_on()
    upload.limit("No limit")
    Complete(person.page)


def test_a_tenant_that_says_nothing_is_told_of_long_before_patience_is_over(
    person: Person, office: Office, tenant: Tenant
) -> None:
    """Its process stands still: the line is open, and no answer comes. Once one comes that is told as well."""
    upload = person.go_to_upload(office)
    upload.is_under_way()
    silent = upload.main.get_by_text("has not answered for")
    tenant.process.send_signal(signal.SIGSTOP)
    try:
        expect(silent).to_be_visible()
    finally:
        tenant.process.send_signal(signal.SIGCONT)
    expect(silent).to_have_count(0)


def test_no_bar_moves_while_the_tenant_says_nothing(
    start_wizard: StartWizard, new_person: NewPerson, office: Office, tenant: Tenant
) -> None:
    person = new_person(reduced_motion="no-preference")
    person.open(start_wizard().link)
    upload = person.go_to_upload(office)
    upload.is_under_way()
    assert moving(upload) == list(Upload.ROWS)
    tenant.process.send_signal(signal.SIGSTOP)
    try:
        expect(upload.main.get_by_text("has not answered for")).to_be_visible()
        expect(upload.table).to_have_attribute("data-silent", "true")
        assert moving(upload) == []
    finally:
        tenant.process.send_signal(signal.SIGCONT)
    expect(upload.table).to_have_attribute("data-silent", "false")


def moving(upload: Upload) -> list[str]:
    """The rows whose bar would run from side to side now, if nobody knew how far they are."""
    names: list[str] = upload.table.get_by_role("progressbar").evaluate_all("""bars => bars.filter((bar) => {
        const value = bar.getAttribute("value");
        bar.removeAttribute("value");
        const moves = getComputedStyle(bar).animationName !== "none";
        if (value !== null) bar.setAttribute("value", value);
        return moves;
    }).map((bar) => bar.getAttribute("aria-label"))""")
    return names


def in_reach(upload: Upload, *names: str) -> None:
    """See these buttons without scrolling, with nothing before them."""
    for name in names:
        for button in upload.button(name).all():
            expect(button).to_be_in_viewport(ratio=1)
            button.click(trial=True)


def test_a_wizard_that_was_killed_goes_on_when_it_is_started_again(
    person: Person, wizard: Wizard, office: Office, tenant: Tenant, come_back: ComeBack
) -> None:
    """The page says that the tool is gone; the next one finds all decisions and ends verified."""
    person.complaints.allow(_GONE)
    upload = person.go_to_upload(office, test=False)
    upload.is_under_way()
    wizard.kill()
    expect(person.page.get_by_role("alert").filter(has_text="The tool does not answer.")).to_be_visible()

    office.limit(None)
    other, again = come_back()
    Welcome(other.page).start()
    Login(other.page).log_in(office.login, office.password)
    confirm = Confirm(other.page)
    expect(confirm.test_migration).not_to_be_checked()
    expect(confirm.agreement).to_be_checked()
    confirm.confirm(test=False)
    checklist = Checklist(other.page)
    for item in (Checklist.PLANS, Checklist.USER_NAMES, Checklist.NOTIFICATIONS):
        checklist.shows(item, "Done")
    checklist.start(live=True)
    Complete(other.page).close()
    Closed(other.page)
    result = again.result()
    assert (result["exit_code"], result["kind"], result["failed"]) == (0, "live", 0)
    assert run("verify", result["receipt"], "--tenant", tenant.url, folder=office.site.folder).code == 0


def test_an_upload_whose_tenant_went_away_goes_on_when_it_is_back(
    office: Office, start_wizard: StartWizard, new_person: NewPerson
) -> None:
    """W92: an error says what happened, and the raw words too; Go on is enough once the tenant answers."""
    with serving(office.site.folder, words=office.site.plans, extra=PIECES) as first:
        port = first.url.rpartition(":")[2].strip("/")
        answers = office.site.answer(first)
        wizard = start_wizard(
            "--answers", str(answers), answers=False, extra={"OMT_ONLINE__RETRY_TOTAL": "1"}
        )  # fmt: skip
        person = new_person()
        person.open(wizard.link)
        upload = person.go_to_upload(office)
        upload.is_under_way()
    upload.stands("The upload stopped because of an error.")
    expect(upload.main.get_by_text(re.compile("tenant|online", re.IGNORECASE)).first).to_be_visible()
    office.limit(None)
    with serving(office.site.folder, words=(*office.site.plans, "--port", port), extra=PIECES):
        upload.go_on()
        Complete(person.page)


def test_machines_that_send_have_rows_whatever_they_are_called(person: Person, office: Office) -> None:
    """At both widths, on the page of the upload and on the one behind it."""
    upload = person.go_to_upload(office)
    upload.is_under_way()
    table = upload.main.get_by_role("group", name="Machines")
    expect(table).to_have_count(0)
    hostile = "<img src=x onerror=alert(1)>" + 40 * "long" + "\u202e"
    told_of_machines(office, hostile)
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table.get_by_role("row").nth(1)).to_contain_text("Sending")
    expect(table.get_by_role("row").nth(1)).to_contain_text("2.0 KB/s")
    expect(table).to_contain_text("<img src=x onerror=alert(1)>")
    link = upload.main.get_by_role("link", name="Their own page")
    expect(link).to_have_attribute("href", "http://scheduler.example.com:8787/status")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    for width in (1280, 400):
        person.page.set_viewport_size({"width": width, "height": 800})
        expect(table.get_by_text("1,200")).to_be_visible()
        assert person.page.evaluate("document.documentElement.scrollWidth") <= width
    upload.limit("No limit")
    complete = Complete(person.page)
    table = complete.main.get_by_role("group", name="Machines")
    expect(table.get_by_text("1,200")).to_be_visible()
    expect(table.get_by_text("Sending")).to_have_count(0)
    expect(complete.main.get_by_role("link", name="Their own page")).to_have_count(0)


def told_of_machines(office: Office, name: str) -> None:
    """Keep in the journal what a transfer on several machines tells."""
    heard = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
    machines = (
        SendingMachine(
            name="oslo-1", state=SendingState.SENDING, items=1_200, sent_bytes=5 << 20, rate=2048.0, heard=heard
        ),
        SendingMachine(name=name, state=SendingState.GONE, heard=heard),
    )
    told = MachinesProgress(machines=machines, dashboard="http://scheduler.example.com:8787/status")
    value = TypeAdapter(MachinesProgress).dump_json(told).decode()
    with closing(sqlite3.connect(office.site.folder / "work" / "journal.sqlite", timeout=60)) as journal, journal:
        journal.execute("INSERT OR REPLACE INTO notes (owner, name, value) VALUES ('core', 'machines', ?)", (value,))
