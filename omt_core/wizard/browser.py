"""Opens a page in the person's browser, where there is one."""

from __future__ import annotations

import os
import threading
import webbrowser
from pathlib import Path


def open_in_browser(page: Path) -> bool:
    """Open a file in the browser and return at once; False where there is no browser with a window."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    # The standard library falls back on browsers that run in the terminal and take it over.
    if type(browser) is webbrowser.GenericBrowser and "BROWSER" not in os.environ:
        return False
    # Some browsers keep the caller waiting until their window is closed.
    threading.Thread(target=_open, args=(browser, page.as_uri()), daemon=True, name="browser").start()
    return True


def _open(browser: webbrowser.BaseBrowser, address: str) -> None:
    try:
        browser.open(address)
    except (OSError, webbrowser.Error):
        return  # the link is printed too
