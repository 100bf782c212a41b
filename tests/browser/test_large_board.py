"""A board of 2,000 users answers. How fast is measured by benchmarks/wizard_board.py, not here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.person import Person
from tests.browser.screens.checklist import Checklist
from tests.browser.screens.plans import NOBODYS, Plans
from tests.browser.screens.user_names import UserNames
from tests.browser.sites import Office, build_office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return build_office(tmp_path, users=2_000, documents=10)


def test_two_thousand_users_can_be_filtered_and_dropped(person: Person, office: Office) -> None:
    """W52; only what is in view is drawn."""
    person.go_to_checklist(office).open(Checklist.PLANS)
    plans = Plans(person.page)
    board = person.page.get_by_role("region", name="Board of user plans")
    expect(board.get_by_role("listitem").first).to_be_visible()
    assert board.get_by_role("listitem").count() < 200
    assert in_sight(plans.column("ten-sales").get_by_role("listitem"), board) >= 8
    expect(plans.column("ten-sales").locator("strong").first).to_have_attribute("title", re.compile(r"\n.*ten-sales$"))
    user = next(user for user in reversed(office.site.truth["users"]) if not user["retired"])
    last = user["login"]
    plans.filter(f"{user['first_name']} {last}")
    plans.drag(last, NOBODYS)
    plans.is_in(last, NOBODYS)
    plans.filter("")
    plans.is_kept()
    plans.ok()
    Checklist(person.page).open(Checklist.USER_NAMES)
    names = UserNames(person.page)
    assert in_sight(names.page.get_by_role("row"), names.page.locator(".user-grid-frame")) >= 1 + 10
    cut = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).map(box => box.value)"
    assert [name for name in names.page.get_by_role("combobox").evaluate_all(cut) if len(name) < 45] == []
    names.filter("HH")
    expect(names.row("HH")).to_be_visible()


def in_sight(lines: Locator, frame: Locator) -> int:
    """Count the lines that are seen whole in a frame."""
    box = frame.bounding_box()
    assert box is not None
    boxes = [line for line in (one.bounding_box() for one in lines.all()) if line is not None]
    return sum(line["y"] >= box["y"] and line["y"] + line["height"] <= box["y"] + box["height"] for line in boxes)
