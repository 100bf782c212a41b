"""The link reaches the person: in the browser if there is one, and in words in any case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from aiohttp import ClientSession
from yarl import URL

from omt_core.settings import WizardSettings
from omt_core.wizard import launch
from omt_core.wizard.launch import Door, open_wizard
from omt_core.wizard.redirect_file import RedirectFile
from tests.core.wizard.serving import FakeController

pytestmark = pytest.mark.anyio


class Person:
    """Sees links; and a browser that shows what it was opened with."""

    def __init__(self) -> None:
        self.links: list[tuple[str, bool]] = []
        self.pages: list[Path] = []
        self.seen = anyio.Event()
        self.has_browser = True
        self.press_enter, self.asked = anyio.create_memory_object_stream[None](1)

    def show(self, link: str, *, opened: bool) -> None:
        self.links.append((link, opened))
        self.seen.set()

    def open_in_browser(self, page: Path) -> bool:
        self.pages.append(page)
        assert f"url={self.last_link(page)}" in page.read_text(encoding="utf-8")
        return self.has_browser

    @staticmethod
    def last_link(page: Path) -> str:
        return page.read_text(encoding="utf-8").partition("url=")[2].partition('"')[0]


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Person]:
    found = Person()
    monkeypatch.setattr(launch, "open_in_browser", found.open_in_browser)
    monkeypatch.setattr(launch, "RedirectFile", lambda port: RedirectFile(port, folder=tmp_path / "wizard"))
    with found.press_enter, found.asked:
        yield found
    assert list(tmp_path.rglob("open-*")) == [], "nothing is left that leads to the wizard"


@pytest.mark.parametrize("has_browser", [True, False])
async def test_the_browser_is_opened_with_a_page_and_the_link_is_shown(person: Person, has_browser: bool) -> None:
    person.has_browser = has_browser
    controller = FakeController()
    async with anyio.create_task_group() as group:
        group.start_soon(open_wizard, controller, WizardSettings(), person.show, person.asked)
        await person.seen.wait()
        ((link, opened),), (page,) = person.links, person.pages
        assert opened is has_browser
        assert person.last_link(page) == link
        address, _, token = link.partition("#token=")
        assert address.startswith("http://127.0.0.1:")
        async with (
            ClientSession(headers={"Origin": str(URL(address).origin())}) as browser,
            browser.post(f"{address}api/exchange", json={"token": token}) as response,
        ):
            assert response.status == 204
        assert not page.exists(), "the link was used"
        controller.stop()


async def test_no_browser_is_opened_and_no_page_written_when_none_is_wanted(person: Person) -> None:
    controller = FakeController()
    async with anyio.create_task_group() as group:
        group.start_soon(open_wizard, controller, WizardSettings(browser=False), person.show, person.asked)
        await person.seen.wait()
        controller.stop()
    assert [opened for _, opened in person.links] == [False]
    assert person.pages == []


def test_a_later_link_is_written_and_shown_and_no_second_window_opened(person: Person) -> None:
    door = Door(4711, person.show, browser=True)
    door.show("/home/#token=one")
    (page,) = person.pages
    door.shut()
    door.show("/home/#token=two")
    assert person.links == [
        ("http://127.0.0.1:4711/home/#token=one", True),
        ("http://127.0.0.1:4711/home/#token=two", False),
    ]
    assert len(person.pages) == 1
    assert person.last_link(page) == "http://127.0.0.1:4711/home/#token=two"
    door.shut()


def test_where_the_page_cannot_be_written_the_link_is_shown_alone(person: Person, tmp_path: Path) -> None:
    (tmp_path / "wizard").write_text("a file where a folder should be", encoding="utf-8")
    Door(4711, person.show, browser=True).show("/home/#token=one")
    assert person.links == [("http://127.0.0.1:4711/home/#token=one", False)]
    assert person.pages == []


async def test_it_is_closed_when_it_is_cancelled(person: Person) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(open_wizard, FakeController(), WizardSettings(), person.show, person.asked)
        await person.seen.wait()
        assert person.pages[0].exists()
        group.cancel_scope.cancel()


async def test_who_asks_for_a_new_link_gets_one_and_a_window_and_the_old_one_works_no_more(person: Person) -> None:
    controller = FakeController()
    async with anyio.create_task_group() as group:
        group.start_soon(open_wizard, controller, WizardSettings(), person.show, person.asked)
        await person.seen.wait()
        person.seen = anyio.Event()
        await person.press_enter.send(None)
        await person.seen.wait()
        controller.stop()
    (first, _), (second, opened) = person.links
    assert opened
    assert len(person.pages) == 2
    assert first.partition("#")[0] == second.partition("#")[0]
    assert first != second
