"""Times of files as 64 bits hold them: exact where they fit, and told apart where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omt_core.api.plain import change_time, file_times, modification_time

FIRST, LAST = -(1 << 63), (1 << 63) - 1
WINDOWS_ZERO = -11_644_473_600 * 10**9
"""1601-01-01, which a FILETIME of 0 is."""


def both(time: int) -> tuple[int, int]:
    status = SimpleNamespace(st_mtime_ns=time, st_ctime_ns=time)
    return modification_time(status), change_time(status)


@pytest.fixture(autouse=True, scope="module")
def posix() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_times, "_ON_WINDOWS", False)
        yield


@given(st.integers(FIRST, LAST))
@example(0)
@example(-1)
@example(FIRST)
@example(LAST)
def test_a_time_that_64_bits_hold_is_exact(time: int) -> None:
    assert both(time) == (time, time)


@given(st.integers(WINDOWS_ZERO - 10**20, WINDOWS_ZERO + 10**20), st.integers(1, 10**18))
@example(WINDOWS_ZERO, 100)
@example(LAST, 1)
def test_any_other_is_held_and_still_tells_a_change(time: int, later: int) -> None:
    (held, _), (after, _) = both(time), both(time + later)
    assert FIRST <= held <= LAST
    assert held != after


def test_windows_has_no_time_of_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_times, "_ON_WINDOWS", True)
    assert both(1)[1] == 0
