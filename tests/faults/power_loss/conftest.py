"""One recorded night for all tests here, and a place for the states that a power loss may leave of it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.power_loss.migration import Scene, prepare
from tests.power_loss import Record, RecordError, record
from tests.strace import skip_without_strace

IN_MEMORY = Path("/dev/shm")
"""Where states are laid out quickest: thousands of them, each looked at once."""


TRIES = 6
"""How often a night is recorded at most: of a process that is killed in a call nobody knows whether it took effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A migration that came to its end, and everything that its processes wrote and said."""

    scene: Scene
    record: Record

    def at_start(self, path: Path) -> bytes:
        """What a file in a watched folder held in the beginning."""
        return self.record.start[self.record.entries[self.record.roots[str(path.parent)], path.name]]


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    skip_without_strace()
    for _ in range(TRIES - 1):
        with suppress(RecordError):
            return recorded_night(tmp_path_factory.mktemp("night"))
    return recorded_night(tmp_path_factory.mktemp("night"))


def recorded_night(folder: Path) -> Night:
    scene = prepare(folder)
    recorded = record(
        [sys.executable, "-m", "tests.faults.power_loss.migration", str(scene.folder), str(scene.port)],
        watched=[scene.online, scene.onsite, scene.service, scene.database.parent],
        output=scene.folder / "strace",
        environment=scene.environment,
    )
    assert recorded.exit_code == 0
    (scene.folder / "strace").unlink()
    return Night(scene=scene, record=recorded.record)


@pytest.fixture
def shelf() -> Iterator[Path]:
    """An empty folder, in memory where there is such a place."""
    where = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        yield Path(folder)
