"""Real processes go on from what a power loss left, and end where an undisturbed run ends."""

from __future__ import annotations

import json
import random
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from omt_tenant.settings import TenantSettings
from tests.faults.power_loss.conftest import Night
from tests.faults.power_loss.exchanges import Message, exchanges
from tests.faults.power_loss.judging import in_force, lay_out
from tests.faults.power_loss.migration import Scene, end, migrate, serve, stop
from tests.faults.power_loss.tenant_promises import KeptPromises, Promised, promises
from tests.faults.power_loss.tool_promises import events_in
from tests.power_loss import Disk, Record, Survivor, survivor_at

ONLINE, ON_SITE = "the tenant's disk", "the disk on site"


_MARK: Final = re.compile(rb"(# Frozen by the Online Migration Tool )[^\r\n]*")
"""Says when, by whom and from which workspace: that differs between two runs."""


@dataclass(frozen=True, slots=True)
class Crash:
    """When: behind so large a part of the requests with this method and this word in their path.

    The disks in `losing` lose what was not fsynced; the other machine keeps its power, only its process is killed.
    """

    method: str
    word: str
    part: float
    losing: tuple[str, ...]


CRASHES = {
    "while freezing": Crash("POST", "migrations", 0.2, (ONLINE, ON_SITE)),
    "while uploading": Crash("POST", "uploads", 0.3, (ON_SITE,)),
    "near the end of the upload": Crash("POST", "uploads", 0.9, (ONLINE,)),
    "while importing": Crash("GET", "completion", 0.5, (ONLINE, ON_SITE)),
    "after the import": Crash("GET", "completion", 1.0, (ON_SITE,)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a migration ended, as far as it does not depend on the moments of its run."""

    items: frozenset[tuple[str, str, str | None]]
    tables: int
    rows: int
    config: bytes
    events: int


@pytest.fixture(scope="session")
def undisturbed(night: Night) -> Outcome:
    calm = random.Random(0)
    for roots in _disks(night.scene):
        _restore(survivor_at(night.record, 0, calm, [*map(str, roots)]), roots)
    return _run(night.scene, Promised())[0]


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES.keys())
def test_the_same_command_ends_where_an_undisturbed_run_ends(night: Night, undisturbed: Outcome, crash: Crash) -> None:
    chance, position = random.Random(crash.part), _position(night, crash)
    for roots, disk in zip(_disks(night.scene), (ONLINE, ON_SITE), strict=True):
        state = survivor_at if disk in crash.losing else _killed_at
        _restore(state(night.record, position, chance, [*map(str, roots)]), roots)
    confirmed = _confirmed(night.scene)
    promised = in_force(list(promises(exchanges(night.record, night.scene.port, "server"))), position)
    outcome, result = _run(night.scene, promised)
    assert outcome == undisturbed
    assert result["skipped"]["files"] >= confirmed  # no content that is confirmed is sent again


def _disks(scene: Scene) -> tuple[Sequence[Path], Sequence[Path]]:
    return [scene.online], [scene.onsite, scene.service, scene.database.parent]


def _position(night: Night, crash: Crash) -> int:
    talk = exchanges(night.record, night.scene.port, "client")
    found = [
        one.at for one in talk if isinstance(one, Message) and one.method == crash.method and crash.word in one.path
    ]
    return found[int(crash.part * (len(found) - 1))] + 1


def _killed_at(record: Record, position: int, chance: random.Random, roots: Sequence[str]) -> Survivor:
    """What is there when the power stays and only the process dies."""
    del chance
    disk = Disk(record, roots)
    for operation in record.operations[:position]:
        disk.apply(operation)
    return Survivor(position=position, loss="nothing lost", tree=disk.surviving(disk.nothing_lost()))


def _restore(survivor: Survivor, roots: Sequence[Path]) -> None:
    lay_out(survivor, {root: root for root in roots})


def _confirmed(scene: Scene) -> int:
    journal = scene.workspace / "journal.sqlite"
    if not journal.is_file():
        return 0
    with closing(sqlite3.connect(journal)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'items'").fetchone():
            return 0
        confirmed = "SELECT count(*) FROM items WHERE state = 'confirmed' AND stage <> 'database'"
        return int(connection.execute(confirmed).fetchone()[0])


def _run(scene: Scene, promised: Promised) -> tuple[Outcome, dict[str, Any]]:
    tenant = serve(scene)
    try:
        result = end(migrate(scene))
    finally:
        stop(tenant)
    assert result["exit_code"] == 0, result
    still = Promised(contents=promised.contents, public_key=promised.public_key, completed=True)
    assert KeptPromises(TenantSettings(member_bytes=scene.member_bytes)).broken(scene.tenant, still) == []
    lines = map(json.loads, (scene.workspace / "manifest.jsonl").read_text(encoding="utf-8").splitlines())
    # Parts of tables follow the snapshot: the freeze takes an id from the sequence.
    items = {(line["stage"], line["key"], line["digest"]) for line in lines if line["stage"] != "database"}
    outcome = Outcome(
        items=frozenset(items),
        tables=result["tables"],
        rows=result["rows"],
        config=_MARK.sub(b"", scene.config.read_bytes()),
        events=events_in(scene.database),
    )
    return outcome, result
