"""Only freeze and thaw hold a database that can be written to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, cast

import pytest
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.database import Row
from omt_core.api.events import Event, FindingRaised
from omt_core.api.findings import Finding
from omt_core.api.plugin import HOOKS, Plugin, hookimpl
from omt_core.engine.session import Surroundings
from omt_core.plugin_host import EventHub
from omt_core.plugin_host.call_view import ReadOnlyDatabase, view_of
from omt_core.testing.recording import RecordingContext
from omt_core.testing.samples import EmptyDatabase
from tests.core.plugin_host import plugins
from tests.core.plugin_host.test_dispatch import dispatch_of, host_of

pytestmark = pytest.mark.anyio
NOTHING = cast("Any", None)
RUN = Surroundings(EventHub())


class Written(EmptyDatabase):
    """Notes what is written and whether it was closed."""

    def __init__(self) -> None:
        self.told: list[str] = []

    @override
    async def write(self, sql: str, parameters: Sequence[object] = ()) -> int:
        self.told.append(sql)
        return 1

    @override
    async def rows(self, sql: str, parameters: Sequence[object] = ()) -> Sequence[Row]:
        return [(sql,)]

    @override
    async def aclose(self) -> None:
        self.told.append("closed")


class Vandal(Plugin):
    """Does one thing to the database, wherever it is asked."""

    does: ClassVar[Any]

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        await self.does(call.database)
        return ()

    @override
    @hookimpl
    async def freeze(self, call: calls.Freeze) -> None:
        await self.does(call.database)

    @override
    @hookimpl
    async def thaw(self, call: calls.Thaw) -> Sequence[Finding]:
        await self.does(call.database)
        return ()


WAYS = {
    "write": lambda database: database.write("delete from contact"),
    "close": lambda database: database.aclose(),
    "rows": lambda database: database.rows("delete from contact"),
    "with": lambda database: database.rows("with x as (select 1) delete from contact"),
    "two": lambda database: database.rows("select 1; drop table contact"),
    "into": lambda database: database.rows("select contact_id into other from contact"),
    "comment": lambda database: database.rows("/* select */ update contact set name = 'x'"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_check_cannot_write_to_the_installation_on_site(way: str) -> None:
    database = Written()
    bad = type("Bad", (Vandal,), {"does": staticmethod(WAYS[way])})
    call = calls.ValidateUsers(database=database, users=(), run=RUN)
    (fault,) = (await dispatch_of(host_of(bad=bad)).every(Plugin.validate_users, call)).faults
    assert ("PermissionError" in fault.message, database.told) == (True, [])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM contact WHERE name = 'update; delete'",
        'select "update", [into] from contact -- drop\n',
        "with x as (select 1 as one) select one from x;",
        "select updated, registered_by from contact",
    ],
)
async def test_what_only_reads_passes(sql: str) -> None:
    assert await ReadOnlyDatabase(Written()).rows(sql) == [(sql,)]


async def test_freeze_and_thaw_may_write() -> None:
    database = Written()
    bad = type("Bad", (Vandal,), {"does": staticmethod(WAYS["write"])})
    dispatch = dispatch_of(host_of(bad=bad))
    await dispatch.tell(Plugin.freeze, calls.Freeze(installation=NOTHING, database=database, notes=NOTHING, run=RUN))
    await dispatch.every(Plugin.thaw, calls.Thaw(installation=NOTHING, database=database, notes=NOTHING, run=RUN))
    assert database.told == ["delete from contact"] * 2


def test_the_plugin_that_opened_the_database_gets_its_own_back() -> None:
    database = Written()
    call = calls.ValidateUsers(database=database, users=(), run=RUN)
    view = view_of(call, "good", HOOKS["validate_users"], {}, owns_database=True)
    assert cast("calls.ValidateUsers", view).database is database


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (FindingRaised(finding=replace(plugins.ODD.finding("Forged."), code="other-code")), "never named"),
        (FindingRaised(finding=cast("Any", "text")), "is none"),
        (FindingRaised(finding=replace(plugins.ODD.finding("Odd."), severity=cast("Any", "bogus"))), "severity"),
        (cast("Any", "text"), "emitted a str"),
    ],
)
async def test_what_a_plugin_emits_is_checked_where_it_enters(event: Event, words: str) -> None:
    class Emits(plugins.Good):
        @override
        @hookimpl
        async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
            call.run.emit(event)
            return ()

    call = calls.ValidateUsers(database=Written(), users=(), run=RUN)
    (fault,) = (await dispatch_of(host_of(good=Emits)).every(Plugin.validate_users, call)).faults
    assert (fault.code, words in fault.message) == ("plugin-answered-wrongly", True)


async def test_a_finding_that_a_plugin_emits_is_its_own_whatever_it_says() -> None:
    class Blames(plugins.Good):
        @override
        @hookimpl
        async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
            call.run.emit(FindingRaised(finding=replace(plugins.ODD.finding("Not mine."), plugin="upload")))
            return ()

    run = RecordingContext()
    call = calls.ValidateUsers(database=Written(), users=(), run=run)
    assert (await dispatch_of(host_of(good=Blames)).every(Plugin.validate_users, call)).faults == ()
    assert [event.finding.plugin for event in run.told(FindingRaised)] == ["good"]
