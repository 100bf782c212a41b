"""What frames every page: whose tool it is, where one is, and the way on and back."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.person import Person
from tests.browser.screens.beginning import Confirm, Login, Welcome
from tests.browser.sites import Office
from tests.browser.wizard import Wizard


def framed(page: Page, current: str) -> None:
    """Look at header, step bar and footer."""
    expect(page.get_by_role("banner").get_by_text("Online Migration", exact=True)).to_be_visible()
    expect(page.locator("[aria-current=step]")).to_contain_text(current)
    expect(page.get_by_role("link", name="Read more about migration to online")).to_be_visible()


def test_every_page_has_the_product_the_step_bar_and_the_way_on_and_back(person: Person, office: Office) -> None:
    """W1, W2, W4-W6."""
    welcome = Welcome(person.page)
    framed(person.page, "Welcome")
    expect(welcome.previous).to_be_disabled()
    expect(welcome.button("Start")).to_be_enabled()
    login = person.go_to_login()
    framed(person.page, "Login")
    expect(login.previous).to_be_enabled()
    login.log_in(office.login, office.password)
    confirm = Confirm(person.page)
    framed(person.page, "Confirm")
    expect(confirm.button("Checklist")).to_be_enabled()
    confirm.go_back()
    Login(person.page)
    framed(person.page, "Login")


def test_choosing_a_language_keeps_the_focus_where_it_was_chosen(person: Person) -> None:
    Welcome(person.page)
    chooser = person.page.get_by_role("banner").get_by_role("combobox")
    chooser.focus()
    chooser.select_option("de")
    expect(person.page.get_by_role("button", name="Einstellungen")).to_be_visible()
    expect(chooser).to_be_focused()


def test_a_browser_is_all_that_the_page_needs(person: Person, wizard: Wizard) -> None:
    """W9: nothing is fetched from anywhere but the tool itself."""
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    person.page.reload()
    Welcome(person.page)
    assert asked
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(wizard.link).netloc}
