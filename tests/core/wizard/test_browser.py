"""A browser with a window is opened, and none that takes the terminal."""

from __future__ import annotations

import threading
import webbrowser
from pathlib import Path

import pytest

from omt_core.wizard.browser import open_in_browser


class Browser(webbrowser.BaseBrowser):
    def __init__(self, problem: Exception | None = None) -> None:
        super().__init__("browser")
        self.problem = problem
        self.opened: list[str] = []
        self.done = threading.Event()

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        self.opened.append(url)
        self.done.set()
        if self.problem is not None:
            raise self.problem
        return True


@pytest.mark.parametrize("problem", [None, OSError("gone"), webbrowser.Error("no")])
def test_it_is_opened_with_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, problem: Exception | None) -> None:
    browser = Browser(problem)
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    assert open_in_browser(tmp_path / "a page.html")
    assert browser.done.wait(60)
    assert browser.opened == [(tmp_path / "a page.html").as_uri()]


def test_without_one_nothing_happens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def none() -> webbrowser.BaseBrowser:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", none)
    assert not open_in_browser(tmp_path / "page.html")


def test_one_of_the_terminal_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("false"))
    assert not open_in_browser(tmp_path / "page.html")
