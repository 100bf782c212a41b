"""While the tenant may be importing a live migration users stay out, and who lets them in is told what that means."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from typing_extensions import override

from omt_core.api.calls import RecoveryPlan
from omt_core.api.decisions import Decisions, MigrationKind, MigrationMode, RecoveryChoice
from omt_core.api.errors import FindingsError, OnlineRefusedError, OnlineUnavailableError
from omt_core.api.findings import Severity
from omt_core.api.online import CompletionProgress, EarlierMigration, OnlineTarget, TenantState, TenantStatus
from omt_core.api.users import UserPlan
from omt_core.engine import facts
from omt_core.engine.completion import complete, join_import
from omt_core.engine.session import MigrationSession
from omt_core.engine.steps import LetUsersIn
from omt_core.engine.upload.live_import import refuse_thaw, tell_thawed_since
from omt_core.testing.samples import SAMPLE_LICENCE
from tests.core.engine.sessions import session_in

pytestmark = pytest.mark.anyio

ASKED = datetime(2026, 11, 30, 22, tzinfo=UTC)
CODES = ["thawed-while-importing"]


@dataclass
class Target(OnlineTarget):
    """A tenant, and its only migration, with an import that stands like this."""

    state: Literal["verifying", "importing", "done"] | None = None
    id: str = "m1"
    completed: bool = False
    kind: MigrationKind = MigrationKind.LIVE
    gone: bool = False
    opened: list[RecoveryChoice | None] = field(default_factory=list)
    closed: int = 0

    @override
    async def status(self) -> TenantStatus:
        if self.gone:
            raise OnlineUnavailableError("gone", "It is gone.", "Wait.")
        known = EarlierMigration(
            id=self.id, kind=self.kind, owner="Uno", serial="1", completed=self.completed, accepted=False
        )
        return TenantStatus(tenant="Cust1", state=TenantState.RUNNING, public_key="", migration=known)

    @override
    async def open(self, licence: object, kind: MigrationKind, recovery: RecoveryChoice | None) -> Any:
        self.opened.append(recovery)
        return self

    async def complete(self, request: object) -> AsyncIterator[CompletionProgress]:
        if request is not None:
            raise OnlineRefusedError("completion-failed", "No.", "Again.")
        if self.state is not None:
            yield CompletionProgress(state=self.state, done=1, total=2)

    @override
    async def plans(self) -> Sequence[UserPlan]:
        return ()

    @override
    async def taken_user_names(self, names: Sequence[str]) -> frozenset[str]:
        return frozenset()

    @override
    async def aclose(self) -> None:
        self.closed += 1


@asynccontextmanager
async def stopped(folder: Path, target: Target | None = None, **known: str | None) -> AsyncIterator[MigrationSession]:
    """A live migration that was stopped after its import had been asked for."""
    async with session_in(folder, decisions=Decisions(kind=MigrationKind.LIVE), target=target) as session:
        pins = {
            facts.STARTED: "live",
            facts.FROZEN: "frozen",
            facts.COMPLETING: "m1",
            facts.IMPORT_ASKED: ASKED.isoformat(),
            **known,
        }
        for name, value in pins.items():
            await session.journal.notes.pin(name, value)
        yield session


async def refused(folder: Path, target: Target | None, *, insisted: bool = False, **known: str | None) -> list[str]:
    """Return the codes of what a thaw is told."""
    async with stopped(folder, target, **known) as session:
        told = await refuse_thaw(session.journal, SAMPLE_LICENCE, target, insisted=insisted)
        return [finding.code for finding in told]


@pytest.mark.parametrize("state", ["verifying", "importing"])
@pytest.mark.parametrize("insisted", [True, False])
async def test_no_user_is_let_in_while_the_tenant_imports(
    tmp_path: Path, state: Literal["verifying", "importing"], *, insisted: bool
) -> None:
    target = Target(state)
    with pytest.raises(OnlineRefusedError) as error:
        await refused(tmp_path, target, insisted=insisted)
    assert error.value.code == "thaw-while-importing"
    assert "it waits for the import" in error.value.remedy
    assert (target.opened, target.closed) == ([None], 1)


async def test_an_overwrite_is_asked_for_as_the_overwrite_that_it_is(tmp_path: Path) -> None:
    target = Target("importing", kind=MigrationKind.TEST, completed=True)
    with pytest.raises(OnlineRefusedError, match="is importing"):
        await refused(tmp_path, target, **{facts.OVERWRITING: "live", facts.STARTED: "test"})
    assert target.opened == [RecoveryChoice.OVERWRITE_TEST]


@pytest.mark.parametrize("target", [Target(completed=True), Target("done")], ids=["as it began", "meanwhile"])
async def test_who_lets_users_in_after_the_import_is_told_that_it_is_completed(tmp_path: Path, target: Target) -> None:
    assert await refused(tmp_path, target) == CODES


@pytest.mark.parametrize("target", [None, Target(gone=True), Target(id="another")], ids=["none", "gone", "another"])
async def test_where_the_tenant_cannot_be_asked_somebody_has_to_insist_and_is_told(
    tmp_path: Path, target: Target | None
) -> None:
    with pytest.raises(OnlineRefusedError, match="cannot be asked"):
        await refused(tmp_path, target)
    assert await refused(tmp_path, target, insisted=True) == CODES


async def test_an_import_that_failed_keeps_nobody_out(tmp_path: Path) -> None:
    async with stopped(tmp_path) as session:
        assert await refuse_thaw(session.journal, SAMPLE_LICENCE, Target(), insisted=False) == ()
        assert not facts.may_be_importing(await session.journal.notes.pins())


@pytest.mark.parametrize("missing", [facts.COMPLETING, facts.IMPORT_ASKED])
async def test_without_an_import_nobody_is_asked(tmp_path: Path, missing: str) -> None:
    assert await refused(tmp_path, Target(gone=True), **{missing: None}) == []


async def test_the_button_of_the_wizard_asks_too(tmp_path: Path) -> None:
    async with stopped(tmp_path, Target("importing")) as session:
        with pytest.raises(OnlineRefusedError, match="is importing"):
            await LetUsersIn().perform(session)
        assert facts.FROZEN in await session.journal.notes.pins()
    async with stopped(tmp_path, Target(gone=True)) as session:
        await LetUsersIn().perform(session)
        assert facts.FROZEN not in await session.journal.notes.pins()
        assert [finding.code for finding in session.now.findings] == CODES


CLOCKS = {"a right clock": timedelta(hours=1), "a clock that was put back": timedelta(hours=-1)}


@pytest.mark.parametrize("since", CLOCKS)
async def test_what_was_entered_after_a_thaw_is_told_when_the_import_has_ended_well_and_once(
    tmp_path: Path, since: str
) -> None:
    thawed = {facts.FROZEN: None, facts.THAWED: (ASKED + CLOCKS[since]).isoformat()}
    async with stopped(tmp_path, **{facts.COMPLETING: None, **thawed}) as session:
        with pytest.raises(FindingsError) as error:
            await tell_thawed_since(session)
        assert error.value.code == "users-let-in-meanwhile"
        (finding,) = session.now.findings
        assert (finding.code, finding.severity) == ("entered-after-import", Severity.ERROR)
        assert "is not online" in finding.message
        await tell_thawed_since(session)


async def test_a_thaw_that_did_not_get_to_its_end_has_let_users_in_too(tmp_path: Path) -> None:
    async with stopped(tmp_path, **{facts.COMPLETING: None, facts.FROZEN: facts.FREEZE_INTENDED}) as session:
        with pytest.raises(FindingsError, match="is not online"):
            await tell_thawed_since(session)
        assert [finding.code for finding in session.now.findings] == ["entered-after-import"]


async def test_a_thaw_before_the_import_was_asked_for_is_no_matter(tmp_path: Path) -> None:
    before = (ASKED - timedelta(hours=1)).isoformat()
    async with stopped(tmp_path, **{facts.COMPLETING: None, facts.THAWED: before}) as session:
        await tell_thawed_since(session)
        assert session.now.findings == ()
        assert facts.IMPORT_ASKED not in await session.journal.notes.pins()


async def test_a_completion_that_is_refused_leaves_no_import_to_wait_for(tmp_path: Path) -> None:
    target: Any = Target()
    async with stopped(tmp_path) as session:
        with pytest.raises(OnlineRefusedError):
            await complete(session, target)
        assert not facts.may_be_importing(await session.journal.notes.pins())
    target.state = "importing"
    async with stopped(tmp_path) as session:
        with pytest.raises(OnlineRefusedError):
            await complete(session, target)
        assert facts.may_be_importing(await session.journal.notes.pins())


async def test_a_run_that_finds_no_import_has_none_to_wait_for_but_where_it_adds_missing_files(tmp_path: Path) -> None:
    """An import that has ended is not under way either; of it is still to be told who was let in."""
    target: Any = Target()
    async with stopped(tmp_path) as session:
        assert not await join_import(session, target)
        assert facts.IMPORT_ASKED not in await session.journal.notes.pins()
    live = Decisions(kind=MigrationKind.LIVE, recovery=RecoveryChoice.MISSING)
    plan = RecoveryPlan(mode=MigrationMode.RECOVERY, choices=(RecoveryChoice.MISSING,))
    async with session_in(tmp_path, decisions=live, plan=plan) as session:
        await session.journal.notes.pin(facts.COMPLETING, "m1")
        await session.journal.notes.pin(facts.IMPORT_ASKED, ASKED.isoformat())
        assert not await join_import(session, target)
        assert facts.IMPORT_ASKED in await session.journal.notes.pins()
