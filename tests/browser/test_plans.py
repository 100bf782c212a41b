"""The board of user plans, as a person works on it. All tests share one wizard; each leaves the plans as they were."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, expect

from tests.browser.conftest import NewPerson
from tests.browser.person import Person
from tests.browser.screens.checklist import Checklist
from tests.browser.screens.plans import NOBODYS, Plans
from tests.browser.screens.user_names import UserNames
from tests.browser.sites import Office
from tests.browser.wizard import Wizard
from tests.e2e.omt import serving

SEATS = "ten-sales:11,ten-service:3,ten-marketing:1,ten-salesservicemarketing:7"
"""The site's own plans, with so few seats that a plan can be full."""


class SharedChecklist:
    """A wizard at its checklist, and the cookies of the browser that was let in."""

    def __init__(self, wizard: Wizard, cookies: StorageState) -> None:
        self.wizard = wizard
        self.cookies = cookies


@pytest.fixture(scope="module")
def shared(
    browser: Browser, built_office: Office, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedChecklist]:
    folder = tmp_path_factory.mktemp("plans")
    office = built_office.copy(folder)
    with serving(folder, words=("--plans", SEATS)) as tenant:
        answers = office.site.answer(tenant)
        wizard = Wizard(
            "--answers", answers, "--workspace", folder / "work", folder=folder, extra=office.settings
        )  # fmt: skip
        try:
            with browser.new_context(locale="en-GB") as context:
                person = Person(context)
                person.open(wizard.link)
                person.go_to_checklist(office)
                yield SharedChecklist(wizard, context.storage_state())
        finally:
            wizard.end()


@pytest.fixture
def plans(shared: SharedChecklist, new_person: NewPerson) -> Iterator[Plans]:
    """The open board; what was changed on it is put back in the end, also where a test pressed OK."""
    person = new_person(storage_state=shared.cookies, viewport={"width": 1600, "height": 1000})
    person.complaints.allow(r"status of 400 .*/api/plans/csv")
    person.open(f"{shared.wizard.address}#/plans")
    board = Plans(person.page)
    board.has_seats("ten-sales", "6/11")
    before = person.context.request.get(f"{shared.wizard.address}api/plans.csv").text()
    yield board
    answer = person.context.request.post(
        f"{shared.wizard.address}api/plans/csv",
        data={"content": base64.b64encode(before.encode()).decode()},
        headers={"Origin": shared.wizard.origin, "Sec-Fetch-Site": "same-origin"},
    )
    assert answer.ok, answer.text()


def test_a_card_is_dragged_to_another_plan_and_a_reload_shows_it_there(plans: Plans) -> None:
    """W44, W47, W51: every change is journalled at once."""
    plans.is_in("ÞG", "ten-sales")
    plans.drag("ÞG", "ten-service")
    plans.is_in("ÞG", "ten-service")
    plans.has_seats("ten-sales", "5/11")
    plans.has_seats("ten-service", "1/3")
    plans.is_kept()
    plans.page.reload()
    Plans(plans.page).is_in("ÞG", "ten-service")


def test_a_move_by_mouse_says_what_it_did_and_can_be_taken_back_there(plans: Plans) -> None:
    """A drop that one did not mean is seen."""
    plans.drag("ÞG", NOBODYS)
    plans.is_in("ÞG", NOBODYS)
    told = plans.told
    expect(told).to_contain_text("No User Plan")
    told.get_by_role("button", name="Undo").click()
    plans.is_in("ÞG", "ten-sales")
    expect(told).to_contain_text("Undone")


def test_columns_are_as_high_as_the_longest_and_their_headers_stay(plans: Plans) -> None:
    """W56. Beside a long column a short one has its name in sight, and its colour where a card is dropped."""
    plans.page.set_viewport_size({"width": 1280, "height": 640})
    board = plans.board
    assert board.evaluate("board => board.scrollHeight > board.clientHeight + 200")
    board.evaluate("board => board.scrollTo(0, board.scrollHeight)")
    frame = board.bounding_box()
    assert frame is not None
    for plan in (NOBODYS, "ten-sales", "ten-service", "ten-marketing"):
        header = plans.column(plan).get_by_role("heading").bounding_box()
        column = plans.column(plan).bounding_box()
        assert header is not None
        assert column is not None
        assert frame["y"] <= header["y"] < frame["y"] + 20
        assert column["y"] + column["height"] >= frame["y"] + frame["height"] - 2


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_three_cards_of_a_column_are_in_sight_on_a_small_screen(
    shared: SharedChecklist, new_person: NewPerson, locale: str
) -> None:
    person = new_person(storage_state=shared.cookies, viewport={"width": 1280, "height": 800}, locale=locale)
    person.open(f"{shared.wizard.address}#/plans")
    cards = person.page.get_by_role("region", name=re.compile(r"^ten-sales \(")).get_by_role("listitem")
    expect(cards.nth(2)).to_be_in_viewport(ratio=0.99)
    board = person.page.locator(".plan-board").bounding_box()
    third = cards.nth(2).bounding_box()
    assert board is not None
    assert third is not None
    assert third["y"] + third["height"] <= board["y"] + board["height"]


def test_the_board_looks_the_same_after_the_user_names_were_opened(
    shared: SharedChecklist, new_person: NewPerson
) -> None:
    """The sheets of the two windows are there once, whichever is opened first."""
    person = new_person(storage_state=shared.cookies)
    person.open(f"{shared.wizard.address}#/user-names")
    UserNames(person.page)
    person.page.evaluate("location.hash = '#/plans'")
    plans = Plans(person.page)
    card, column = plans.card("HH").bounding_box(), plans.column("ten-salesservicemarketing").bounding_box()
    assert card is not None
    assert column is not None
    assert card["x"] - column["x"] >= 8


def test_cancel_puts_back_what_was_there_also_after_a_reload(plans: Plans) -> None:
    """W57."""
    plans.drag("ÞG", "ten-service")
    plans.is_kept()
    plans.page.reload()
    again = Plans(plans.page)
    again.is_in("ÞG", "ten-service")
    again.put_back()
    Checklist(plans.page).open(Checklist.PLANS)
    Plans(plans.page).is_in("ÞG", "ten-sales")


def test_a_card_shows_who_it_is_and_the_counter_counts(plans: Plans) -> None:
    """W45, W48-W50, W53."""
    plans.says("8 On-Site Users → 22 Available User Plans in Online")
    card = plans.card("HH")
    for text in ("Hanne Hansen", "User level 0", "Sales", "Salgssjef", "Nordlys Maritim AS", "Confidential activities"):
        expect(card.get_by_text(text).first).to_be_visible()
    expect(card.get_by_role("img", name="Administrator")).to_be_visible()
    plans.says("Without a plan nobody can log in.")


def test_a_plan_takes_no_more_users_than_it_has_seats(plans: Plans) -> None:
    """W55: refused at the drop, and the menu offers no such plan."""
    plans.drag("OD", "ten-marketing")
    plans.has_seats("ten-marketing", "1/1")
    plans.drag("ÞG", "ten-marketing")
    expect(plans.page.get_by_text("Not moved: ten-marketing has 0 free seats").first).to_be_visible()
    plans.is_in("ÞG", "ten-sales")
    plans.card("ÞG").get_by_role("button").click()
    expect(plans.page.get_by_role("menuitem", name="ten-marketing (1/1)")).to_be_disabled()


def test_all_plans_are_removed_and_that_can_be_undone(plans: Plans) -> None:
    """W46."""
    plans.remove_all()
    plans.has_seats(NOBODYS, "8")
    plans.button("Undo").first.click()
    plans.has_seats("ten-sales", "6/11")


def test_ok_is_refused_while_no_administrator_has_a_plan(plans: Plans) -> None:
    """W54."""
    for login in ("HH", "VS"):
        plans.drag(login, NOBODYS)
        plans.is_in(login, NOBODYS)
    plans.says("At least one administrator must have a plan, and none has")
    plans.ok()
    Plans(plans.page)
    plans.drag("VS", "ten-service")
    plans.says("At least one administrator has a plan")
    plans.ok()
    Checklist(plans.page)


def test_cancel_puts_back_what_was_there_and_ok_keeps_it(plans: Plans) -> None:
    """W57."""
    plans.drag("ÞG", "ten-service")
    plans.is_in("ÞG", "ten-service")
    plans.put_back()
    Checklist(plans.page).open(Checklist.PLANS)
    again = Plans(plans.page)
    again.is_in("ÞG", "ten-sales")
    # What was focused while the users were read is gone with that.
    expect(plans.page.get_by_role("heading", level=1)).to_be_focused()
    again.drag("ÞG", "ten-service")
    again.ok()
    Checklist(plans.page).open(Checklist.PLANS)
    Plans(plans.page).is_in("ÞG", "ten-service")


def test_the_filter_looks_at_everything_on_the_cards_and_what_it_leaves_can_be_dropped(plans: Plans) -> None:
    """W50, W52."""
    plans.filter("þórunn")
    expect(plans.card("HH")).to_have_count(0)
    plans.drag("ÞG", "ten-service")
    plans.is_in("ÞG", "ten-service")
    plans.filter("nordlys maritim salgssjef")
    expect(plans.card("HH")).to_be_visible()
    expect(plans.card("ÞG")).to_have_count(0)
    plans.filter("nobody is called so")
    expect(plans.page.get_by_role("region", name="Board of user plans").get_by_role("listitem")).to_have_count(0)
    plans.filter("")
    expect(plans.card("ÞG")).to_be_visible()


def test_several_cards_move_at_once(plans: Plans) -> None:
    """W51: by the menu of what is chosen, and by dragging one of them."""
    plans.choose("HH", "VS")
    plans.says("2 users chosen")
    plans.drag("HH", "ten-sales")
    for login in ("HH", "VS"):
        plans.is_in(login, "ten-sales")
    plans.has_seats("ten-sales", "8/11")


def test_plans_go_to_a_spreadsheet_and_back(plans: Plans, tmp_path: Path) -> None:
    """A plan that is not online stands out; a file that names nobody's login is refused whole."""
    download = plans.export_csv()
    file = tmp_path / "plans.csv"
    download.save_as(file)
    text = file.read_text(encoding="utf-8-sig")
    assert "HH" in text
    row = next(line for line in text.splitlines() if line.startswith("ÞG"))
    file.write_text(text.replace(row, row.replace("ten-sales", "ten-service")), encoding="utf-8")
    plans.import_csv(file)
    plans.is_in("ÞG", "ten-service")
    plans.tool("Undo").click()
    plans.is_in("ÞG", "ten-sales")
    plans.tool("Redo").click()
    plans.is_in("ÞG", "ten-service")
    file.write_text(text.replace(row, row.replace("ten-sales", "no-such-plan")), encoding="utf-8")
    plans.import_csv(file)
    expect(plans.column("no-such-plan").get_by_text("Not available online")).to_be_visible()
    plans.has_seats("no-such-plan", "1")
    file.write_text(text.replace("HH,", "NOBODY,"), encoding="utf-8")
    plans.import_csv(file)
    plans.says("NOBODY")
    plans.has_seats("no-such-plan", "1")
