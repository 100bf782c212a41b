"""A look that may block is bounded, in a thread that holds nobody up; and rights are asked for without a change."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from omt_core.api import MachineCheck, MachineState, looked_at, may_write

LINE = MachineCheck(name="thing", state=MachineState.OK, message="It is there.")


@pytest.mark.anyio
async def test_what_a_look_finds_in_time_is_returned() -> None:
    assert await looked_at("thing", lambda: iter([LINE])) == (LINE,)


@pytest.mark.anyio
async def test_a_look_that_does_not_come_back_is_a_line_and_no_wait() -> None:
    released = threading.Event()

    def look() -> list[MachineCheck]:
        released.wait()
        return [LINE]

    try:
        (line,) = await looked_at("thing", look, seconds=0.01)
    finally:
        released.set()
    assert (line.name, line.state) == ("thing", MachineState.NOT_CHECKED)
    assert "did not answer within 0.01 seconds" in line.message


@pytest.mark.anyio
@pytest.mark.parametrize("error", [OSError("no"), TimeoutError("its own"), ZeroDivisionError()])
async def test_what_a_look_raises_is_raised_to_who_waits(error: Exception) -> None:
    def look() -> list[MachineCheck]:
        raise error

    with pytest.raises(type(error)) as caught:
        await looked_at("thing", look)
    assert caught.value is error


def test_a_line_is_one_line_whatever_names_went_into_it() -> None:
    line = MachineCheck(name="thing", state=MachineState.OK, message="a\nb", remedy="c\x1b[2Jd")
    assert "\n" not in line.message
    assert "\x1b" not in line.remedy


@pytest.mark.posix("modes are POSIX's word for it; tests/windows/ has the other")
def test_rights_are_those_of_the_system_and_nothing_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config"
    file.write_bytes(b"x")
    before = (file.stat(), tmp_path.stat())
    assert may_write(file)
    assert may_write(tmp_path)
    # Whoever runs the tests may be root, who may write everywhere.
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert not may_write(file)
    assert not may_write(tmp_path)
    assert (file.stat(), tmp_path.stat()) == before
