"""A Windows that says what a test wants, on whatever system the test runs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from omt_core.engine.machine.windows import HIBERNATION, SLEEP, Windows

FIXED = 3
"""GetDriveTypeW: a disk of this machine."""


@dataclass
class FakeWindows(Windows):
    """By default one that is ready for a night."""

    long_paths: int | None = 1
    excluded: Sequence[str] | None = None
    shares: Mapping[str, str] = field(default_factory=dict)
    drives: Mapping[str, int] = field(default_factory=dict)
    sleeps: int | None = 0
    hibernates: int | None = 0
    battery: bool | None = False

    @override
    def number(self, key: str, name: str) -> int | None:
        assert (key, name) == (r"SYSTEM\CurrentControlSet\Control\FileSystem", "LongPathsEnabled")
        return self.long_paths

    @override
    def names(self, key: str) -> Sequence[str] | None:
        assert "Windows Defender" in key
        return self.excluded

    @override
    def share_of(self, drive: str) -> str | None:
        return self.shares.get(drive)

    @override
    def drive_type(self, drive: str) -> int:
        return self.drives.get(drive, FIXED)

    @override
    def idle_seconds(self, setting: uuid.UUID) -> int | None:
        return {SLEEP: self.sleeps, HIBERNATION: self.hibernates}[setting]

    @override
    def on_battery(self) -> bool | None:
        return self.battery
