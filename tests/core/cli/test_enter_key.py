"""Enter is noticed for as long as the command runs. A terminal is in test_wizard.py, a console in tests/windows."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator

import anyio
import pytest

from omt_core.cli import enter_key

pytestmark = pytest.mark.anyio


class Keyboard(io.StringIO):
    """What the tool takes for its terminal."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 0


def _typed(monkeypatch: pytest.MonkeyPatch, *reads: bytes, console: bool) -> list[bytes]:
    """Let the reads of the terminal give these one after another; the list has those that are left."""
    left = [*reads]
    monkeypatch.setattr("sys.stdin", Keyboard())
    monkeypatch.setattr(os, "read", lambda terminal, most: left.pop(0))
    monkeypatch.setattr(enter_key, "_is_console", lambda terminal: console and bool(left))
    return left


@pytest.fixture(autouse=True)
def ended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Wait for the thread while it still reads what the test gives it, and not this process's own terminal."""
    del monkeypatch
    yield
    for thread in enter_key.threading.enumerate():
        if thread.name == "enter":
            thread.join(timeout=60)


async def test_enter_is_noticed_after_a_ctrl_c_that_the_console_gave_nothing_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stand-in: a read of Windows' console gives nothing at Ctrl-C, which is no end of it."""
    _typed(monkeypatch, b"", b"", b"\r\n", b"", console=True)
    with enter_key.enter_pressed(watched=True) as asked, anyio.fail_after(60):
        await asked.receive()


async def test_a_terminal_that_is_at_its_end_is_read_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """So is NUL, which Windows takes for a terminal."""
    left = _typed(monkeypatch, b"", b"\n", console=False)
    with enter_key.enter_pressed(watched=True):
        for thread in enter_key.threading.enumerate():
            if thread.name == "enter":
                thread.join()
    assert left == [b"\n"]


async def test_a_question_is_answered_with_nothing_where_its_terminal_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(terminal: int, most: int) -> bytes:
        raise OSError(terminal, most)

    _typed(monkeypatch, console=False)
    monkeypatch.setattr(os, "read", gone)
    with anyio.fail_after(60):
        assert not await enter_key.typed_answer()
