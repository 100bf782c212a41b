"""Coming in: the link, the installation, the login, and what is said to whom that is refused."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson, StartWizard
from tests.browser.person import Person
from tests.browser.screens.beginning import Confirm, Installation, Login, Welcome
from tests.browser.sites import Office
from tests.browser.wizard import Wizard
from tests.e2e.omt import Tenant

_GONE = r"ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE)"
EXPIRED = "This page's session has ended"
REFUSED = r"status of 401"
NEWER_TABLES = ("DatabaseModel", "outgoing_message")
"""What a database of 7.0 does not have."""


def test_an_installation_that_is_not_found_is_located_by_hand(
    start_wizard: StartWizard, new_person: NewPerson, office: Office, tenant: Tenant
) -> None:
    """W17, W100-W105."""
    person = new_person()
    person.open(start_wizard(answers=False).link)
    Welcome(person.page).start()
    installation = Installation(person.page)
    installation.says("No configuration of SuperOffice CRM was found on this machine.")
    person.complaints.allow(r"status of 4\d\d")
    installation.search_below(office.site.directory / "no-such-folder")
    installation.detect()
    expect(person.page.get_by_role("combobox", name="Database type")).to_be_focused()
    installation.page.get_by_role("textbox", name="Search below this folder").fill(
        str(office.site.directory / "machine")
    )
    installation.online(tenant.url, tenant.token_file)
    installation.detect()
    login = Login(person.page)
    login.says("Nordlys Maritim AS")  # W19
    login.says("1000000001")


def test_a_wrong_address_or_token_is_said_at_its_field_which_has_the_focus(
    start_wizard: StartWizard, new_person: NewPerson, office: Office, tenant: Tenant, tmp_path: Path
) -> None:
    """The form is long: what is wrong must not be said where nobody looks. The token file has its button (W102)."""
    person = new_person()
    person.complaints.allow(r"status of [45]\d\d")
    person.open(start_wizard(answers=False).link)
    Welcome(person.page).start()
    installation = Installation(person.page)
    installation.search_below(office.site.directory / "machine")
    wrong_token = tmp_path / "wrong.token"
    wrong_token.write_text("0000-1111-2222\n", encoding="utf-8")
    installation.online("http://127.0.0.1:9", wrong_token)
    installation.detect()
    installation.refuses("Address of the tenant", "127.0.0.1:9 cannot be reached")
    installation.says("The installation was found.")
    expect(installation.main.get_by_role("table")).to_be_hidden()  # what was found where: nothing of it is needed

    person.page.get_by_role("textbox", name="Address of the tenant").fill(tenant.url)
    installation.detect()
    installation.refuses("Token file", "The migration secret is not this tenant's.")

    installation.button("Choose a file: Token file").click()
    dialog = person.page.get_by_role("dialog")
    box = dialog.get_by_role("textbox", name="Folder or file")
    expect(box).to_be_focused()
    expect(dialog.get_by_role("button", name=wrong_token.name)).to_be_visible()
    box.fill(str(tenant.token_file.parent))
    box.press("Enter")
    dialog.get_by_role("button", name=tenant.token_file.name, exact=True).click()
    dialog.get_by_role("button", name="Choose this file").click()
    installation.detect()
    Login(person.page)


def test_a_wrong_password_and_a_user_who_is_no_administrator_are_told_apart(person: Person, office: Office) -> None:
    """W20-W22: no lock-out, and no word about which of the two was wrong."""
    person.complaints.allow(r"status of 4\d\d")
    login = person.go_to_login()
    expect(login.button("Login")).to_be_disabled()
    login.log_in(office.login, "not the password")
    login.says("The user name or the password is wrong.")
    login.log_in("CE", office.site.truth["users"][4]["password"])
    login.says("The login is right, but this user is neither General nor User administrator.")
    said = person.page.get_by_role("alert").filter(has_text="this user is neither General nor User administrator")
    expect(said.first).to_be_attached()
    login.log_in(office.login, office.password)
    Confirm(person.page)
    expect(said).to_have_count(0)  # also for who reads on with the ear: it was said on the page that is left


def test_the_agreement_can_be_read_where_a_partner_has_named_its_address(
    start_wizard: StartWizard, new_person: NewPerson, office: Office
) -> None:
    """W15: by a setting; without one there is no link, since the vendor names no address."""
    address = "https://partner.example.com/agreement?lang=en"
    for extra in ({}, {"OMT_CORE__AGREEMENT_URL": address}):
        person = new_person()
        person.complaints.allow(_GONE)
        wizard = start_wizard(extra=extra)
        person.open(wizard.link)
        confirm = person.go_to_confirm(office)
        link = confirm.main.get_by_role("link", name="Read the agreement")
        expect(link).to_have_count(len(extra))
        if extra:
            expect(link).to_have_attribute("href", address)
            expect(link).to_have_attribute("rel", "noopener noreferrer")
            confirm.button("Checklist").click()
            expect(confirm.agreement).to_be_focused()
        wizard.end()


def test_a_version_that_is_too_old_is_said_as_soon_as_one_is_logged_in(
    office: Office, start_wizard: StartWizard, new_person: NewPerson
) -> None:
    """W23: and not only after everything was reviewed."""
    with closing(sqlite3.connect(office.site.directory / "machine/C/SuperOffice/Data/crm.sqlite")) as crm, crm:
        for table in NEWER_TABLES:
            crm.execute(f"DROP TABLE {table}")
    left = [name for name in json.loads(office.settings["OMT_DATABASE__LEFT_TABLES"]) if name not in NEWER_TABLES]
    person = new_person()
    person.open(start_wizard(extra={"OMT_DATABASE__LEFT_TABLES": json.dumps(left)}).link)
    confirm = person.go_to_confirm(office)
    confirm.says("The tables are those of 7.0; 7.1 is the oldest that can be migrated.")
    confirm.says("Upgrade the on-site installation to 7.1 or newer first.")


def test_a_link_that_was_used_lets_nobody_in_but_the_browser_that_used_it(
    person: Person, wizard: Wizard, new_person: NewPerson
) -> None:
    Welcome(person.page)
    stranger = new_person()
    stranger.complaints.allow(REFUSED)
    stranger.open(wizard.link)
    expect(stranger.page.get_by_role("heading", name=EXPIRED)).to_be_visible()
    expect(stranger.page.get_by_text("Press Enter in it: the tool prints a new link.")).to_be_visible()
    person.page.goto("about:blank")
    person.open(wizard.link)
    person.complaints.allow(REFUSED)
    Welcome(person.page)


def test_a_session_that_nobody_used_ends_and_the_new_link_goes_on_where_it_was(
    start_wizard: StartWizard, new_person: NewPerson, office: Office
) -> None:
    wizard = start_wizard(extra={"OMT_CORE__WIZARD__IDLE_MINUTES": "0.1"})
    person = new_person()
    person.complaints.allow(REFUSED, r"ERR_INCOMPLETE_CHUNKED_ENCODING")
    person.open(wizard.link)
    person.go_to_login()
    expect(person.page.get_by_role("heading", name=EXPIRED)).to_be_visible()
    person.open(wizard.next_link())
    Login(person.page)


def test_another_language_is_spoken_at_once_and_after_a_reload(person: Person) -> None:
    Welcome(person.page)
    for language in ("Norsk", "Deutsch", "Nederlands", "Svenska", "Dansk"):
        before = person.page.get_by_role("heading", level=1).inner_text()
        person.page.locator("select").select_option(label=language)
        expect(person.page.get_by_role("heading", level=1)).not_to_have_text(before)
    person.page.reload()
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Velkommen til Online Migration Tool")
