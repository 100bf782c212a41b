"""The view is a function of a snapshot and of what the controller holds, and every act has its place in the table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from omt_core.engine.checks import ALL_CHECKS, check_now
from omt_core.testing.samples import SAMPLE_LICENCE, sample_user
from omt_core.wizard.controller.document import CheckState, EstimatePart, PlannedPart, Screen, UploadPart, UploadState
from omt_core.wizard.controller.view import ChecksStanding, Page, view
from omt_core.wizard.controller.way.transitions import TRANSITIONS, Act
from tests.core.engine.sessions import session_in

pytestmark = pytest.mark.anyio
SAMPLE_TIME = datetime(2026, 11, 29, tzinfo=UTC)


def page(**fields: object) -> Page:
    some = {
        "screen": Screen.CHECKLIST,
        "revision": 1,
        "codes": {},
        "upload": UploadPart(),
        "planned": PlannedPart(),
        "estimate": EstimatePart(),
    }
    return Page(**{**some, **fields})  # type: ignore[arg-type]  # any field of Page


def test_without_a_session_nothing_is_known() -> None:
    state = view(None, page(screen=Screen.WELCOME))
    assert (state.licence, state.mode, state.checks.state, state.can_go_back) == (None, None, CheckState.NEVER, False)


async def test_the_same_snapshot_gives_the_same_document(tmp_path: Path) -> None:
    async with session_in(tmp_path) as session:
        session.review([sample_user("HH"), sample_user("AB")], None)
        await session.assign(plans={"HH": "ten-sales"}, user_names={})
        state = view(session.now, page(done=frozenset({"plans"})))
        assert state == view(session.now, page(done=frozenset({"plans"})))
        assert state.licence == SAMPLE_LICENCE
        assert (state.checklist.users, state.checklist.users_with_plan) == (2, 1)
        assert (state.checklist.plans, state.checklist.user_names) == ("done", "open")


async def test_checks_are_current_only_while_all_of_them_stand_answered(tmp_path: Path) -> None:
    async with session_in(tmp_path) as session:
        await check_now(session, ALL_CHECKS)
        standing = ChecksStanding(checked_at=SAMPLE_TIME)
        assert view(session.now, page(checks=standing)).checks.state is CheckState.DONE
        await session.assign(plans={"HH": "ten-sales"}, user_names={})
        assert view(session.now, page(checks=standing)).checks.state is CheckState.STALE


@pytest.mark.parametrize("state", [UploadState.RUNNING, UploadState.PAUSED, UploadState.DONE])
def test_there_is_no_way_back_from_an_upload_that_has_begun(state: UploadState) -> None:
    """W6."""
    assert not view(None, page(screen=Screen.UPLOAD, upload=UploadPart(state=state))).can_go_back


def test_every_act_has_its_transition() -> None:
    assert set(TRANSITIONS) == set(Act)
