"""An import that ends while nobody looks is taken over, and only one that this workspace asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from omt_core.api.decisions import Decisions, MigrationKind, RecoveryChoice
from omt_core.api.online import (
    CompletedMigration,
    EarlierMigration,
    ManifestEntry,
    OnlineTarget,
    TenantState,
    TenantStatus,
)
from omt_core.api.users import UserPlan
from omt_core.engine import facts
from omt_core.engine.completion import keep_earlier_result, take_ended_import
from tests.core.engine.sessions import session_in

pytestmark = pytest.mark.anyio


@dataclass
class Target(OnlineTarget):
    """A tenant that has completed a migration of this kind."""

    kind: MigrationKind = MigrationKind.LIVE
    completed: bool = True
    opened: list[tuple[MigrationKind, RecoveryChoice | None]] = field(default_factory=list)
    closed: int = 0

    @override
    async def status(self) -> TenantStatus:
        known = EarlierMigration(
            id="m1", kind=self.kind, owner="Uno", serial="1", completed=self.completed, accepted=False
        )
        return TenantStatus(tenant="Cust1", state=TenantState.RUNNING, public_key="", migration=known)

    @override
    async def open(self, licence: object, kind: MigrationKind, recovery: RecoveryChoice | None) -> Any:
        self.opened.append((kind, recovery))
        return self

    async def result(self, directory: Path) -> CompletedMigration:
        return CompletedMigration(
            receipt=directory / "receipt.json", manifest=directory / "manifest.jsonl", tables=2, rows=3, files=4
        )

    @override
    async def plans(self) -> Sequence[UserPlan]:
        return ()

    @override
    async def taken_user_names(self, names: Sequence[str]) -> frozenset[str]:
        return frozenset()

    @override
    async def aclose(self) -> None:
        self.closed += 1


async def taken(
    folder: Path, target: Target, asked: str | None, changes: str | None = None
) -> tuple[bool, Any, str | None]:
    async with session_in(folder, decisions=Decisions(kind=MigrationKind.LIVE), target=target) as session:
        notes = session.journal.notes
        await notes.pin(facts.COMPLETING, asked)
        await notes.pin(facts.CHANGES_ASKED, changes)
        done = await take_ended_import(session)
        known = await notes.pins()
        return done, session.now.completed and known.get(facts.COMPLETED), known.get(facts.CHANGES)


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


@pytest.mark.parametrize(("confirmed", "told"), [(4, []), (3, ["result-differs"])])
async def test_a_receipt_about_another_number_of_files_than_is_confirmed_is_told(
    tmp_path: Path, confirmed: int, told: list[str]
) -> None:
    async with session_in(tmp_path) as session:
        await session.journal.items.import_manifest(
            [
                ManifestEntry(stage="documents", key=str(key), name="a", size=1, digest="0" * 64)
                for key in range(confirmed)
            ]
        )
        await keep_earlier_result(session, Target())  # type: ignore[arg-type]  # it has a result, and no more is asked for
        assert [finding.code for finding in session.now.findings] == told
        assert session.now.completed is not None


async def test_what_it_changed_online_is_known_although_the_run_that_asked_for_it_was_killed(tmp_path: Path) -> None:
    """The report and the last page say it."""
    _, _, changes = await taken(tmp_path, Target(), "m1", changes='{"plans assigned": 6}')
    assert changes == '{"plans assigned": 6}'
