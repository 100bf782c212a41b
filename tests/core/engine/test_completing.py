"""An import that ends while nobody looks is taken over, and only one that this workspace asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from omt_core.api.decisions import Decisions, MigrationKind, MigrationMode, RecoveryChoice
from omt_core.api.online import CompletedMigration, EarlierMigration, TenantState, TenantStatus
from omt_core.engine import pins
from omt_core.engine.completing import take_ended_import
from omt_core.journal import Journal

pytestmark = pytest.mark.anyio


@dataclass
class Target:
    """A tenant that has completed a migration of this kind."""

    kind: MigrationKind = MigrationKind.LIVE
    completed: bool = True
    opened: list[tuple[MigrationKind, RecoveryChoice | None]] = field(default_factory=list)
    closed: int = 0

    async def status(self) -> TenantStatus:
        known = EarlierMigration(
            id="m1", kind=self.kind, owner="Uno", serial="1", completed=self.completed, accepted=False
        )
        return TenantStatus(tenant="Cust1", state=TenantState.RUNNING, public_key="", migration=known)

    async def open(self, licence: object, kind: MigrationKind, recovery: RecoveryChoice | None) -> Any:
        self.opened.append((kind, recovery))
        return self

    async def result(self, directory: Path) -> CompletedMigration:
        return CompletedMigration(
            receipt=directory / "receipt.json", manifest=directory / "manifest.jsonl", tables=2, rows=3, files=4
        )

    async def aclose(self) -> None:
        self.closed += 1


async def taken(
    folder: Path, target: Target, asked: str | None, changes: str | None = None
) -> tuple[bool, Any, str | None]:
    async with Journal.open(folder / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        await journal.notes.pin(pins.COMPLETING, asked)
        await journal.notes.pin(pins.CHANGES_ASKED, changes)
        session: Any = SimpleNamespace(
            journal=journal,
            folder=folder,
            located=SimpleNamespace(target=target, licence=None),
            decisions=Decisions(kind=MigrationKind.LIVE),
            reviewed=SimpleNamespace(users=(), removed_addresses=()),
            engine=SimpleNamespace(host=SimpleNamespace(versions={})),
            findings=(),
            only_missing=False,
            completed=None,
        )
        done = await take_ended_import(session)
        known = await journal.notes.pins()
        return done, session.completed and known.get(pins.COMPLETED), known.get(pins.CHANGES)


async def test_an_import_that_ended_meanwhile_is_the_result_of_this_run(tmp_path: Path) -> None:
    target = Target()
    done, completed, _ = await taken(tmp_path, target, "m1")
    assert done
    assert completed
    assert target.opened == [(MigrationKind.LIVE, RecoveryChoice.MISSING)]
    assert target.closed == 1


@pytest.mark.parametrize(
    ("target", "asked"),
    [(Target(), None), (Target(), "another"), (Target(kind=MigrationKind.TEST), "m1"), (Target(completed=False), "m1")],
    ids=["nothing asked for", "of another workspace", "of another kind", "not done"],
)
async def test_any_other_import_is_left_alone(tmp_path: Path, target: Target, asked: str | None) -> None:
    assert await taken(tmp_path, target, asked) == (False, None, None)
    assert target.opened == []


async def test_what_it_changed_online_is_known_although_the_run_that_asked_for_it_was_killed(tmp_path: Path) -> None:
    """The report and the last page say it."""
    _, _, changes = await taken(tmp_path, Target(), "m1", changes='{"plans assigned": 6}')
    assert changes == '{"plans assigned": 6}'
