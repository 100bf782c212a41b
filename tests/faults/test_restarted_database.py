"""The source database goes away in mid-export and comes back: the same run reads it anew, in a new snapshot."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from omt_crm.vocabulary import NO_LOGIN_EVENT
from omt_database.drivers.odbc import load_pyodbc
from omt_simulator import SimulationSpec, generate
from tests.e2e.omt import Ended, Site
from tests.e2e.test_odbc import require_postgresql_odbc
from tests.faults.end_state import EndState, assert_ended_like, assert_journal_says_no_more_than_is_true, end_state
from tests.faults.processes import Running, ServedTenant, run, served_tenant, start
from tests.faults.sites import TENANT, FaultySite
from tests.postgresql import PrivatePostgresql, private_postgresql

pytestmark = [pytest.mark.odbc, pytest.mark.postgresql]

SMALL_SPOOL = {"OMT_DATABASE__PART_BYTES": "20000", "OMT_DATABASE__SPOOL_BYTES": "20000"}
"""Reading waits for sending all the time, so that it is in its middle as long as sending is."""

PARTS = random.Random(6).sample(range(1, 40), 2)
"""How many parts of the database are online when the server goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An installation on a server that can be restarted, and how its undisturbed test migration ends."""

    server: PrivatePostgresql
    site: FaultySite
    calm: EndState


@pytest.fixture(scope="module")
def installed(site: FaultySite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    require_postgresql_odbc()
    folder = tmp_path_factory.mktemp("installed")
    with TemporaryDirectory() as cluster, private_postgresql(Path(cluster) / "cluster") as server:
        server.create_database("crm")
        directory = folder / "site"
        generate(directory, SimulationSpec(users=8, documents=40, dbms="postgresql", dsn=server.odbc_string("crm")))
        made = Site(folder=folder, directory=directory, answers=directory / "answers.toml")
        faulty = FaultySite(
            site=made,
            test=made.answer(None, name="test.toml", test_migration=True),
            live=made.answer(None, name="live.toml", test_migration=False),
            tool={**site.tool, **SMALL_SPOOL},
        )
        yield Installed(server=server, site=faulty, calm=_undisturbed(faulty, folder))


def _undisturbed(site: FaultySite, folder: Path) -> EndState:
    workspace = folder / "work"
    with served_tenant(folder, words=site.site.plans, settings=TENANT) as tenant:
        return end_state(run(*site.migrate(workspace), folder=folder, extra=site.settings(tenant)), workspace)


@pytest.fixture
def receiver(installed: Installed, tmp_path: Path) -> Iterator[ServedTenant]:
    with served_tenant(tmp_path, words=installed.site.site.plans, settings=TENANT) as running:
        yield running


def start_and_stop_the_server(
    installed: Installed, receiver: ServedTenant, workspace: Path, parts: int, *, live: bool = False, **more: str
) -> Running:
    """Start a migration, and stop the server once so many parts of the database are online."""
    site = installed.site
    command = (*site.migrate(workspace, live=live), "--limit-rate", "1M")
    running = start(*command, folder=workspace.parent, extra=site.settings(receiver, **more))
    for line in running.events():
        if line["event"] == "progress" and line["stage"] == "database" and line["items_done"] >= parts:
            break
    installed.server.stop()
    return running


def lose_the_database(
    installed: Installed, receiver: ServedTenant, workspace: Path, parts: int, *, live: bool
) -> Ended:
    """Lose it in a run that reads it once only."""
    running = start_and_stop_the_server(installed, receiver, workspace, parts, live=live, OMT_CORE__SNAPSHOTS="1")
    installed.server.start()
    return running.ended()


def notices(ended: Ended) -> list[str]:
    return [line["message"] for line in ended.lines if line["event"] == "notice"]


@pytest.mark.parametrize("parts", PARTS[1:])
def test_the_run_waits_for_the_server_and_reads_all_of_it_anew(
    installed: Installed, receiver: ServedTenant, tmp_path: Path, parts: int
) -> None:
    workspace = tmp_path / "work"
    running = start_and_stop_the_server(installed, receiver, workspace, parts)
    for line in running.events():
        if line["event"] == "notice" and "waited for up to 30 minutes" in line["message"]:
            break
    installed.server.start()
    ended = running.ended()
    assert_ended_like(installed.calm, ended, workspace, receiver)
    told = notices(ended)
    assert sum("The database is read anew, in a new snapshot." in message for message in told) == 1, told
    assert "The database answers again." in told
    (found,) = (one for one in ended.result["findings"] if one["code"] == "database-read-anew")
    assert "The connection to the database was lost while it was read" in found["message"]
    assert "database-read-anew" in (workspace / "report.html").read_text(encoding="utf-8")


def test_sessions_that_are_ended_again_and_again_are_begun_anew_as_often_as_settings_say(
    installed: Installed, receiver: ServedTenant, tmp_path: Path
) -> None:
    workspace, site = tmp_path / "work", installed.site
    settings = site.settings(receiver, OMT_CORE__SNAPSHOTS="3")
    running = start(*site.migrate(workspace), "--limit-rate", "300K", folder=tmp_path, extra=settings)
    times = 0
    with closing(load_pyodbc().connect(installed.server.odbc_string("crm"), autocommit=True)) as other:
        for line in running.events():
            if line["event"] == "progress" and line["stage"] == "database" and line["items_done"] == 1:
                times += bool(other.execute(END_OTHERS).fetchall())
    lost = running.ended()
    assert (lost.code, lost.result["error"]["code"]) == (3, "database-connection-lost")
    assert times >= 3
    assert sum("read anew, in a new snapshot" in message for message in notices(lost)) == 2
    assert_journal_says_no_more_than_is_true(workspace, receiver)


@pytest.mark.parametrize("parts", PARTS[:1])
def test_one_that_may_read_it_once_only_ends_with_the_sources_trouble_and_the_next_reads_a_new_snapshot(
    installed: Installed, receiver: ServedTenant, tmp_path: Path, parts: int
) -> None:
    workspace = tmp_path / "work"
    lost = lose_the_database(installed, receiver, workspace, parts, live=False)
    assert (lost.code, lost.result["error"]["code"]) == (3, "database-connection-lost")
    assert lost.result["error"]["remedy"]
    assert_journal_says_no_more_than_is_true(workspace, receiver)
    command, settings = installed.site.migrate(workspace), installed.site.settings(receiver)
    ended = run(*command, folder=tmp_path, extra=settings)
    assert_ended_like(installed.calm, ended, workspace, receiver)


END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
)

REBUILD = (
    "CREATE TEMP TABLE kept AS SELECT * FROM {0}.visiblefor",
    "TRUNCATE {0}.visiblefor",
    "INSERT INTO {0}.visiblefor SELECT * FROM kept",
)


def test_a_table_that_is_rebuilt_under_the_snapshot_is_read_again_in_a_new_one_by_itself(
    installed: Installed, receiver: ServedTenant, tmp_path: Path
) -> None:
    workspace = tmp_path / "work"
    command = (*installed.site.migrate(workspace), "--limit-rate", "300K")
    # Little is written ahead, so that the last tables are not read yet when the first are there.
    settings = {**installed.site.settings(receiver), "OMT_DATABASE__SPOOL_BYTES": "32768"}
    running = start(*command, folder=tmp_path, extra=settings)
    for line in running.events():
        if line["event"] == "progress" and line["stage"] == "database" and line["items_done"] >= 1:
            break
    # In one transaction: a new snapshot in the middle of it would rightly see a table without rows.
    with closing(load_pyodbc().connect(installed.server.odbc_string("crm"), autocommit=False)) as job:
        (schema,) = job.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'visiblefor'").fetchone()
        for statement in REBUILD:
            job.execute(statement.format(schema))
        job.commit()
    ended = running.ended()
    assert_ended_like(installed.calm, ended, workspace, receiver)
    told = [line["message"] for line in ended.lines if line["event"] == "notice"]
    assert any("'visiblefor'" in message and "read anew, in a new snapshot" in message for message in told), told


def test_in_a_live_migration_it_is_told_that_the_site_is_frozen(
    installed: Installed, receiver: ServedTenant, tmp_path: Path
) -> None:
    # The last but one of this file: its freeze takes an id from the installation's table `sequence`.
    workspace = tmp_path / "work"
    lost = lose_the_database(installed, receiver, workspace, 5, live=True)
    assert lost.code == 3, lost.result["error"]
    assert "still frozen" in lost.result["error"]["message"]
    assert "omt thaw" in lost.result["error"]["remedy"]
    command, settings = installed.site.migrate(workspace, live=True), installed.site.settings(receiver)
    ended = run(*command, folder=tmp_path, extra=settings)
    assert (ended.code, ended.result["kind"]) == (0, "live"), ended.result["error"]


def test_users_who_were_let_in_while_the_server_was_away_are_kept_out_again_and_what_they_entered_is_read(
    installed: Installed, receiver: ServedTenant, tmp_path: Path
) -> None:
    workspace, site = tmp_path / "work", installed.site
    command = (*site.migrate(workspace, live=True), "--limit-rate", "1M")
    running = start(*command, folder=tmp_path, extra=site.settings(receiver))
    for line in running.events():
        if line["event"] == "progress" and line["stage"] == "database" and line["items_done"] >= 5:
            break
    with closing(load_pyodbc().connect(installed.server.odbc_string("crm"), autocommit=True)) as other:
        (schema,) = other.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'systemevent'").fetchone()
        lifted = other.execute(f"DELETE FROM {schema}.systemevent WHERE eventkey = ?", NO_LOGIN_EVENT).rowcount
        assert lifted == 1
        other.execute(END_OTHERS)
    ended = running.ended()
    assert (ended.code, ended.result["kind"]) == (0, "live"), ended.result["error"]
    assert any("It is frozen again now" in message for message in notices(ended)), notices(ended)
    told = [one["message"] for one in ended.result["findings"] if one["code"] == "database-read-anew"]
    assert any("It is frozen again now" in message for message in told), told
