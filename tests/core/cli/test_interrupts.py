"""The third Ctrl-C ends the process, whatever is wrong with what it would say."""

from __future__ import annotations

import os
import signal
from typing import NoReturn

import anyio
import pytest

from omt_core.api.errors import ExitCode
from omt_core.cli.interrupts import interrupts
from omt_core.plugin_host.blame import Blame
from tests.core.plugin_host.test_dispatch import host_of

pytestmark = pytest.mark.anyio


class _EndedError(BaseException):
    """Stands for the end of the process."""


async def test_the_first_signal_is_answered_where_something_has_to_finish_first() -> None:
    """Else nobody knows whether it was heard; where it ends at once nothing is said of waiting."""
    for heeded in (True, False):
        said: list[str] = []
        stop, scope = anyio.Event(), anyio.CancelScope()
        with interrupts(stop, scope, Blame(host_of()), lambda: heeded, stopping=lambda: said.append("heard")):  # noqa: B023 - each is used up within its turn
            signal.raise_signal(signal.SIGINT)
            await stop.wait()
            signal.raise_signal(signal.SIGINT)
            await anyio.wait_all_tasks_blocked()
        assert said == ["heard"] * heeded
        assert scope.cancel_called


async def test_the_third_signal_ends_the_process_also_where_nothing_can_be_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes: list[int] = []

    def end(code: int) -> NoReturn:
        codes.append(code)
        raise _EndedError

    def unread(text: str) -> str:
        raise OSError(text)

    monkeypatch.setattr(os, "_exit", end)
    with interrupts(anyio.Event(), anyio.CancelScope(), Blame(host_of()), told=unread):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(_EndedError):
            signal.raise_signal(signal.SIGINT)
    assert codes == [ExitCode.INTERRUPTED]
