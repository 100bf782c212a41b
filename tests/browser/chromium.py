"""Debian's chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync",
    "--disable-component-update",
)  # fmt: skip
PATIENCE_MS = 60_000
"""How long something may take to come to sight on a busy machine. It ends a test that would fail in any case."""


def chromium_program() -> str:
    """Return the program. Skips the test where there is none; under CI=true it fails instead."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        message = "no chromium is installed (Debian: chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run one until the context ends."""
    program = chromium_program()
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
