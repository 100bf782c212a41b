"""Clocks that are set while a process runs: a real process under libfaketime, whose offset a file gives."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class SetClock:
    """The clock of the processes that have `environment`; only the time of day jumps, as when a person sets it."""

    library: Path
    offset: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process must be started with."""
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.offset),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def jump(self, offset: str) -> None:
        """Set the clock to now and an offset such as `+30d` or `-2y`."""
        new = self.offset.with_suffix(".new")
        new.write_text(f"{offset}\n", encoding="ascii")
        new.replace(self.offset)


def set_clock(folder: Path) -> SetClock:
    """Return a clock that is right until it is set. Skips the test where libfaketime is missing; in CI it fails."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        message = "libfaketime is not installed (Debian: libfaketime)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    clock = SetClock(found[0], folder / "clock")
    clock.jump("+0")
    return clock
