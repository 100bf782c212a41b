"""A freeze is believed in only while it is whole, and a thaw is done only when everybody who froze has thawed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.errors import FreezeLiftedError, InstallationError
from omt_core.api.events import Notice
from omt_core.api.findings import Finding, FindingCode, Severity
from omt_core.api.plugin import Plugin, hookimpl
from omt_core.engine import facts
from omt_core.engine.freeze import Thawed, confirm_freeze, freeze, thaw
from omt_core.engine.session import Engine, MigrationSession
from omt_core.testing.samples import SAMPLE_INSTALLATION, EmptyDatabase
from tests.core.engine.sessions import engine_with, session_in

pytestmark = pytest.mark.anyio


class Killed(KeyboardInterrupt):
    """Ends everything at once, as a kill does."""


class Door(Plugin):
    """Locks one door and can be killed while it unlocks it."""

    locked: ClassVar[bool] = False
    deadly: ClassVar[bool] = False

    @override
    @hookimpl
    async def freeze(self, call: calls.Freeze) -> None:
        Door.locked = True

    @override
    @hookimpl
    async def confirm_freeze(self, call: calls.ConfirmFreeze) -> None:
        if not Door.locked:
            raise FreezeLiftedError("door-open", "The door is open.", "Lock it.")

    @override
    @hookimpl
    async def thaw(self, call: calls.Thaw) -> Sequence[Finding]:
        Door.locked = False
        if Door.deadly:
            raise Killed
        return ()


class Watcher(Plugin):
    """Fails in a hook that has nothing to do with a freeze."""

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        raise ZeroDivisionError


@asynccontextmanager
async def frozen(folder: Path, engine: Engine) -> AsyncIterator[MigrationSession]:
    Door.locked = Door.deadly = False
    async with session_in(folder, engine=engine) as session:
        await freeze(session)
        assert Door.locked
        yield session


async def undo(engine: Engine, session: MigrationSession) -> Thawed:
    return await thaw(engine, session.journal, SAMPLE_INSTALLATION, EmptyDatabase())


async def test_a_thaw_that_was_killed_half_way_is_followed_by_a_whole_freeze(tmp_path: Path) -> None:
    engine = engine_with(door=Door)
    async with frozen(tmp_path, engine) as session:
        Door.deadly = True
        with pytest.raises(Killed):
            await undo(engine, session)
        assert not Door.locked
        assert not facts.is_frozen_whole(await session.journal.notes.pins())
        await freeze(session)
        assert Door.locked


async def test_a_freeze_that_does_not_stand_any_more_is_made_again_and_told(tmp_path: Path) -> None:
    async with frozen(tmp_path, engine_with(door=Door)) as session:
        await confirm_freeze(session)
        Door.locked = False
        with pytest.raises(FreezeLiftedError, match="open"):
            await confirm_freeze(session)
        assert Door.locked
        assert facts.is_frozen_whole(await session.journal.notes.pins())


async def test_a_thaw_without_a_plugin_that_froze_says_so_and_keeps_the_freeze_in_mind(tmp_path: Path) -> None:
    async with frozen(tmp_path, engine_with(door=Door)) as session:
        refused = (await undo(engine_with(watcher=Watcher), session)).error
        assert refused is not None
        assert (refused.code, "door" in refused.message) == ("thaw-plugin-missing", True)
        assert facts.FROZEN in await session.journal.notes.pins()
        assert await undo(engine_with(door=Door), session) == Thawed(findings=())
        assert facts.FROZEN not in await session.journal.notes.pins()


async def test_what_another_hook_did_wrong_does_not_keep_the_installation_frozen(tmp_path: Path) -> None:
    engine = engine_with(door=Door, watcher=Watcher)
    async with frozen(tmp_path, engine) as session:
        call = calls.ValidateUsers(database=EmptyDatabase(), users=(), run=session.now.run)
        assert (await engine.dispatch.every(Plugin.validate_users, call)).faults
        assert await undo(engine, session) == Thawed(findings=())
        assert facts.FROZEN not in await session.journal.notes.pins()


class Guest(Plugin):
    """Leaves another's lock as it is."""

    LOCK: ClassVar[FindingCode] = FindingCode(
        code="lock", severity=Severity.WARNING, plugin="guest", meaning="A lock of another.", remedy="Ask."
    )

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (Guest.LOCK,)

    @override
    @hookimpl
    async def thaw(self, call: calls.Thaw) -> Sequence[Finding]:
        return (Guest.LOCK.finding("It is locked."),)


@pytest.mark.parametrize(
    ("plugins", "said"),
    [
        ({"door": Door}, "The installation on site is thawed."),
        (
            {"door": Door, "guest": Guest},
            "What this migration had frozen is thawed. What the thaw left as it is may still keep users out.",
        ),
    ],
)
async def test_the_installation_is_called_thawed_only_where_nothing_was_left(
    tmp_path: Path, plugins: dict[str, type[Plugin]], said: str
) -> None:
    engine = engine_with(**plugins)
    async with frozen(tmp_path, engine) as session:
        with engine.events.subscribe() as stream:
            await undo(engine, session)
            told = [stream.receive_nowait().event for _ in range(stream.statistics().current_buffer_used)]
    assert [one.message for one in told if isinstance(one, Notice)] == [said]


class Gone(Plugin):
    """Meets an installation that is not there, when it thaws and, if asked for, when it freezes."""

    freezes: ClassVar[bool] = True

    @override
    @hookimpl
    async def freeze(self, call: calls.Freeze) -> None:
        if not self.freezes:
            raise InstallationError("freeze-refused", "It may not be written to.", "Ask for the right.")

    @override
    @hookimpl
    async def thaw(self, call: calls.Thaw) -> Sequence[Finding]:
        raise InstallationError("share-gone", "The share is gone.", "Bring it back.")


@pytest.mark.parametrize("name", ["aa_gone", "zz_gone"])
async def test_an_error_outside_keeps_no_other_plugin_from_thawing_also_on_a_retry(tmp_path: Path, name: str) -> None:
    engine = engine_with(**{"door": Door, name: Gone})
    async with frozen(tmp_path, engine) as session:
        for _ in range(2):
            Door.locked = True
            thawed = await undo(engine, session)
            assert not Door.locked
            assert thawed.error is not None
            assert thawed.error.code == "share-gone"
            assert facts.FROZEN in await session.journal.notes.pins()


async def test_a_thaw_that_fails_does_not_hide_why_the_freeze_failed(tmp_path: Path) -> None:
    engine = engine_with(door=Door, gone=type("Refused", (Gone,), {"freezes": False}))
    Door.locked = Door.deadly = False
    async with session_in(tmp_path, engine=engine) as session:
        with pytest.raises(InstallationError, match="may not be written"):
            await freeze(session)
        assert not Door.locked
        (told,) = session.now.findings
        assert (told.code, told.message) == ("thaw-failed", "The share is gone. Bring it back.")
