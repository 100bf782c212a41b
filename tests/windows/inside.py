"""A plugin of pytest for tests that run inside Windows' Python: few examples of each rule, without what Wine lacks.

What is POSIX's alone says so by the mark `posix`, on whatever Windows. Here stands what Windows has and Wine 8 has not.
No test here says anything of:

- access lists: Wine keeps POSIX's modes, and its icacls says nothing;
- paths of more than 260 characters: Wine opens them, whatever LongPathsEnabled says;
- names that are devices, such as AUX: Wine takes them for files;
- locks of byte ranges: they stop no reader;
- files that are read-only: Wine replaces them;
- connections of a process: psutil sees none;
- shares, mapped drives, user account control, scheduled tasks, the drivers of SQL Server and Oracle: none are here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

_EXAMPLES: Final = 5
_NAP: Final = 1.0
"""Seconds that an event loop sleeps at most."""
_SEEDS: Final = 2
"""Of a test that is run once for each seed, the first few are run."""

MARKS: Final[Mapping[str, str]] = {
    "odbc": "Wine's ODBC has the drivers of Linux, which know no path of Windows",
    "postgresql": "the server is a program of Linux",
    "symlinks": "Wine 8 makes no symbolic links",
}
"""Marks of tests that Wine cannot run, and why."""

_PLANT: Final = "test_each_plant_is_told_with_its_reason_and_nothing_else_is"
_PLANTED_LINKS: Final = "what the simulator makes unreadable are symbolic links, which Wine 8 does not make"

TESTS: Final[Mapping[str, str]] = {
    f"{_PLANT}[missing-file-missing-document-file-missing]": _PLANTED_LINKS,
    f"{_PLANT}[unreadable-unreadable-file-unreadable]": _PLANTED_LINKS,
    "test_names_that_are_no_text_survive": "on Wine's disk names are UTF-8",
}
"""Tests that Wine cannot run, by their names, and why."""


def pytest_configure() -> None:
    """Look for few examples, however long each takes: the same tests look for many on Linux."""
    settings.register_profile(
        "windows", max_examples=_EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    settings.load_profile("windows")
    _wake_event_loops()


def _wake_event_loops() -> None:
    """Let no event loop sleep for long: Wine 8 now and then loses the wake-up that a thread sends to one."""
    from asyncio import windows_events  # noqa: PLC0415 - there on Windows alone

    proactor = windows_events.IocpProactor
    select = proactor.select
    proactor.select = lambda self, timeout=None: select(self, _NAP if timeout is None else min(timeout, _NAP))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out all but a few seeds, skip what Wine cannot run, and say why."""
    items[:] = [item for item in items if _seed_of(item) < _SEEDS]
    for item in items:
        name = item.nodeid.rpartition("::")[2]
        reasons = [MARKS[mark.name] for mark in item.iter_markers() if mark.name in MARKS]
        reasons += [reason for test, reason in TESTS.items() if name.partition("[")[0] == test or name == test]
        if reasons:
            item.add_marker(pytest.mark.skip(reason=reasons[0]))


def _seed_of(item: pytest.Item) -> int:
    call = item.callspec if isinstance(item, pytest.Function) and hasattr(item, "callspec") else None
    return int(call.params.get("seed", 0)) if call is not None else 0
