"""Tests on Windows: the tool in Windows' own Python under Wine, driven from here.

`tox -e windows` runs them, and nothing else does. They are skipped where Debian's packages for it are not installed;
with CI=true they fail instead. What they ask:

- `windows.omt("discover", "--json")` runs the tool, `windows.code("print(1)")` a program, `windows.python("-m", "x")`
  Windows' Python, to the end; each returns `.code` and the bytes `.out` and `.err` (`.text`, `.json_lines()`).
- `windows.start(...)` is a context with a process that is watched; `windows.console(...)` one in a real console:
  `.wait_for("text")`, `.type("\\r")` where keys are read, `.interrupt()` (Ctrl-C) where none are, `.wait()`.
- `windows.place` is a folder of the test's own, `.here` as this machine calls it and `.there` as Windows does. What is
  written to it from here is Windows' own once a program is started. TEMP and LOCALAPPDATA of all programs are in it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import PureWindowsPath
from uuid import uuid4

import pytest

from tests.windows.machine import Place, Windows, awake
from tests.windows.prefix import MissingProgramError, Prefix, made

_SECONDS = 2400
"""For one test, once Windows is there: a busy machine is some ten times slower than a quiet one."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give the tests of this folder the time that Wine takes."""
    item.add_marker(pytest.mark.timeout(_SECONDS, func_only=True))


@pytest.fixture(scope="session")
def prefix() -> Iterator[Prefix]:
    """Windows' Python and the tool in it, current and awake."""
    try:
        ready = made()
    except MissingProgramError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))
    with awake(ready):
        yield ready


@pytest.fixture
def windows(prefix: Prefix) -> Iterator[Windows]:
    """The machine, with a folder of the test's own."""
    name = uuid4().hex[:8]
    place = Place(prefix.drive / "t" / name, PureWindowsPath("C:/t") / name)
    for folder in ("temp", "local"):
        (place.here / folder).mkdir(parents=True)
    yield Windows(prefix, place)
    shutil.rmtree(place.here, ignore_errors=True)
