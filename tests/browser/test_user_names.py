"""User names that are not unique: found, marked, resolved (W59-W67)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.screens.checklist import Checklist
from tests.browser.screens.user_names import UserNames
from tests.browser.sites import Office, build_office

SHARED = "goran.script.7@nordlys-sverige.example.com"


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An installation where GS and LL have the same address, in letters that differ, and no other."""
    return build_office(tmp_path_factory.mktemp("twins"), duplicate_email=1)


@pytest.fixture
def office(twins: Office, tmp_path: Path) -> Office:
    return twins.copy(tmp_path)


@pytest.fixture
def names(person: Person, office: Office) -> UserNames:
    checklist = person.go_to_checklist(office)
    checklist.open(Checklist.USER_NAMES)
    return UserNames(person.page)


def test_duplicates_are_marked_listed_and_must_be_resolved_before_ok(names: UserNames, tmp_path: Path) -> None:
    """W61-W65, and CSV out and in."""
    for login, name in (("GS", SHARED), ("LL", SHARED.upper())):
        names.is_marked(login)
        expect(names.box(login)).to_have_value(name)
    names.is_clean("HH")
    expect(names.problems.get_by_role("button", name=f"GS: User name '{SHARED}' is also used by LL")).to_be_visible()
    expect(
        names.problems.get_by_role("button", name=f"LL: User name '{SHARED.upper()}' is also used by GS")
    ).to_be_visible()
    expect(names.button("OK")).to_be_disabled()
    names.page.keyboard.press("F8")
    expect(names.box("GS")).to_be_focused()

    names.enter("LL", "lu@lu.li")  # W66
    for login in ("GS", "LL"):
        names.is_clean(login)
    expect(names.problems).to_be_hidden()

    names.enter("LL", "lu.lu.li")
    expect(names.button("OK")).to_be_disabled()
    file = tmp_path / "names.csv"
    names.is_kept()
    names.export_csv().save_as(file)
    header, *rows = file.read_text(encoding="utf-8-sig").splitlines()
    (row,) = (row for row in rows if "lu.lu.li" in row)
    # As a spreadsheet saves it in Western Europe.
    file.write_text(f"{header},note\n{row.replace('lu.lu.li', 'other@lu.li')},rättad\n", encoding="cp1252")
    names.import_csv(file)
    expect(names.box("LL")).to_have_value("other@lu.li")

    names.filter("LL")
    expect(names.row("HH")).to_have_count(0)
    names.ok()
    checklist = Checklist(names.page)
    checklist.shows(Checklist.USER_NAMES, "Done")
    checklist.open(Checklist.USER_NAMES)
    expect(UserNames(names.page).box("LL")).to_have_value("other@lu.li")


def test_what_was_typed_offered_or_imported_can_be_undone_and_done_again(names: UserNames, tmp_path: Path) -> None:
    """As on the board: each act is one step, by button and by key."""
    undo, redo = (names.main.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo"))
    expect(undo).to_be_disabled()
    expect(redo).to_be_disabled()

    names.enter("LL", "lu@lu.li")
    undo.click()
    expect(names.box("LL")).to_have_value(SHARED.upper())
    expect(names.told).to_contain_text("Undone")
    expect(names.box("LL")).to_be_focused()
    expect(undo).to_be_disabled()
    redo.click()
    expect(names.box("LL")).to_have_value("lu@lu.li")
    names.page.keyboard.press("Control+z")
    expect(names.box("LL")).to_have_value(SHARED.upper())

    names.row("LL").get_by_role("button", name="Use ").first.click()
    expect(names.box("LL")).not_to_have_value(SHARED.upper())
    names.told.get_by_role("button", name="Undo").click()
    names.is_marked("LL")
    expect(names.box("LL")).to_have_value(SHARED.upper())

    names.is_kept()
    file = tmp_path / "names.csv"
    names.export_csv().save_as(file)
    text = file.read_text(encoding="utf-8-sig")
    file.write_text(text.replace(SHARED.upper(), "lu@lu.li").replace(SHARED, "goran@lu.li"), encoding="utf-8")
    names.import_csv(file)
    expect(names.box("GS")).to_have_value("goran@lu.li")
    undo.click()
    expect(names.box("GS")).to_have_value(SHARED)
    expect(names.box("LL")).to_have_value(SHARED.upper())
    expect(names.told).to_contain_text("2 users have the user names of before")
    names.page.keyboard.press("Control+y")
    expect(names.box("GS")).to_have_value("goran@lu.li")
    names.is_kept()
    names.ok()
    Checklist(names.page)


def test_after_a_reload_what_was_done_is_undone_and_cancel_puts_back(names: UserNames) -> None:
    """Once the window is closed nothing is left to undo."""
    names.enter("LL", "lu@lu.li")
    names.enter("GS", "goran@lu.li")
    names.is_kept()
    names.page.reload()
    again = UserNames(names.page)
    expect(again.box("GS")).to_have_value("goran@lu.li")
    undo, redo = (again.main.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo"))
    undo.click()
    expect(again.box("GS")).to_have_value(SHARED)
    names.page.reload()
    redo.click()
    expect(again.box("GS")).to_have_value("goran@lu.li")
    again.is_kept()
    again.put_back()
    Checklist(names.page).open(Checklist.USER_NAMES)
    last = UserNames(names.page)
    expect(last.box("LL")).to_have_value(SHARED.upper())
    expect(last.box("GS")).to_have_value(SHARED)
    expect(undo).to_be_disabled()
    expect(redo).to_be_disabled()


def test_in_a_field_where_something_is_typed_the_undo_key_is_the_browsers(names: UserNames) -> None:
    names.enter("LL", "lu@lu.li")
    names.box("HH").press_sequentially("x")
    names.page.keyboard.press("Control+z")
    expect(names.box("LL")).to_have_value("lu@lu.li")
