from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from omt_core.api import calls
from omt_core.api.database import SourceDatabase
from omt_core.api.decisions import Decisions, MigrationKind
from omt_core.api.errors import InputError
from omt_core.api.events import Event, FindingRaised
from omt_core.api.findings import Finding
from omt_core.api.installation import DatabaseLocation, Installation, Licence
from omt_core.api.reporting import MigrationRecord
from omt_database import DatabasePlugin
from omt_database.settings import DatabaseSettings

pytestmark = pytest.mark.anyio

LICENCE = Licence(owner="o", serial="1", version="v")


@dataclass
class Run:
    """The surroundings of a hook."""

    workspace: Path | None = None
    events: list[Event] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        self.events.append(event)


@pytest.fixture
async def opened(simulated):
    plugin = DatabasePlugin(simulated.settings())
    database = await plugin.open_source_database(
        calls.OpenSourceDatabase(installation=simulated.installation, run=Run())
    )
    yield plugin, database
    await database.aclose()


def record(*findings: Finding) -> MigrationRecord:
    return MigrationRecord(
        workspace=Path(), licence=LICENCE, decisions=Decisions(), kind=MigrationKind.LIVE, runs=(),
        totals={}, stage_titles={}, findings=findings, waived=frozenset(), plugins={}, receipt=None, frozen=False,
        records=lambda states: pytest.fail("not needed"),
    )  # fmt: skip


async def validate(plugin, database, simulated, *, in_snapshot: bool = False) -> list[Finding]:
    call = calls.ValidateInstallation(
        installation=simulated.installation, database=database, licence=LICENCE, run=Run(), in_snapshot=in_snapshot
    )
    return list(await plugin.validate_installation(call))


async def test_it_reads_what_the_simulator_wrote(opened):
    plugin, database = opened
    licence = await plugin.read_licence(calls.ReadLicence(database=database, run=Run()))
    users = await plugin.read_users(calls.ReadUsers(database=database, run=Run()))
    photo = next(user.photo for user in users if user.photo is not None)
    assert licence.serial
    assert len(users) == 30
    assert (await plugin.read_photo(calls.ReadPhoto(database=database, photo=photo, run=Run()))).content


async def test_what_stays_on_site_is_a_finding_and_a_section_of_the_report(opened, simulated):
    plugin, database = opened
    findings = await validate(plugin, database, simulated)
    (left,) = [finding for finding in findings if finding.code == "left-on-site"]
    assert {"Credentials.secret", "Credentials.credentialType=Ticket", "locking"} <= set(left.subjects)
    (section,) = await plugin.add_report_sections(calls.AddReportSections(record=record(left), run=Run()))
    assert ("Credentials.secret", "The values of this column") in section.rows
    assert ("locking", "The whole table") in section.rows
    assert await plugin.add_report_sections(calls.AddReportSections(record=record(), run=Run())) == ()


async def test_in_the_snapshot_no_table_is_read_for_its_values_and_what_stays_is_told(opened, simulated, monkeypatch):
    """The export is about to read each of them, and users wait."""
    plugin, database = opened
    monkeypatch.setattr(database, "plan_columns", lambda table: pytest.fail(table.name))
    async with database.snapshot():
        assert {"left-on-site"} <= {
            finding.code for finding in await validate(plugin, database, simulated, in_snapshot=True)
        }


async def test_every_finding_is_catalogued(opened, simulated):
    plugin, database = opened
    codes = {code.code for code in plugin.add_finding_codes()}
    assert {finding.code for finding in await validate(plugin, database, simulated)} <= codes


async def test_the_stage_is_the_row_database(opened, simulated, tmp_path):
    plugin, database = opened
    call = calls.ContributeUploadStages(
        installation=simulated.installation, database=database, workspace=tmp_path, snapshot="s", run=Run()
    )
    (stage,) = await plugin.contribute_upload_stages(call)
    assert (stage.name, stage.title, stage.kind, stage.removes_sources) == ("database", "Database", "database", True)


async def test_a_view_that_is_not_consistent_is_told(opened, simulated, tmp_path):
    plugin, database = opened
    database.weakness = "Because."
    run = Run()
    await plugin.contribute_upload_stages(
        calls.ContributeUploadStages(
            installation=simulated.installation, database=database, workspace=tmp_path, snapshot="s", run=run
        )
    )
    (event,) = run.events
    assert isinstance(event, FindingRaised)
    assert (event.finding.code, event.finding.message) == ("snapshot-not-consistent", "Because.")


async def test_where_files_alone_are_moved_there_is_no_stage_and_a_weak_view_is_told_all_the_same(
    opened, simulated, tmp_path
):
    plugin, database = opened
    database.weakness = "Because."
    run = Run()
    call = calls.ContributeUploadStages(
        installation=simulated.installation, database=database, workspace=tmp_path, snapshot="s", run=run,
        files_only=True,
    )  # fmt: skip
    assert await plugin.contribute_upload_stages(call) == ()
    assert [event.finding.code for event in run.events] == ["snapshot-not-consistent"]


@pytest.mark.parametrize("files_only", [False, True])
async def test_a_table_that_is_dropped_before_a_snapshot_is_told_in_each_that_lacks_it(engine, tmp_path, files_only):
    engine.execute(*(f"CREATE TABLE y_{name} (id INTEGER)" for name in ("gone", "left", "back", "kept")))
    plugin = DatabasePlugin(engine.settings(left_tables=("Y_LEFT",)))
    database = await plugin.open_source_database(calls.OpenSourceDatabase(installation=engine.installation, run=Run()))

    async def told() -> list[tuple[str, ...]]:
        run = Run()
        async with database.snapshot():
            call = calls.ContributeUploadStages(
                installation=engine.installation, database=database, workspace=tmp_path, snapshot="s", run=run,
                files_only=files_only,
            )  # fmt: skip
            await plugin.contribute_upload_stages(call)
        assert {event.finding.code for event in run.events} <= {"tables-dropped"}
        return [event.finding.subjects for event in run.events]

    assert await told() == []
    engine.execute(*(f"DROP TABLE y_{name}" for name in ("gone", "left", "back")))
    assert await told() == ([] if files_only else [("y_back", "y_gone")])
    engine.execute("CREATE TABLE y_back (id INTEGER)")
    assert await told() == ([] if files_only else [("y_gone",)])
    await database.aclose()


async def test_another_plugins_database_gets_no_stage_from_this_one(simulated, tmp_path):
    call = calls.ContributeUploadStages(
        installation=simulated.installation, database=cast("SourceDatabase", object()), workspace=tmp_path,
        snapshot="s", run=Run(),
    )  # fmt: skip
    assert await DatabasePlugin(DatabaseSettings()).contribute_upload_stages(call) == ()


async def test_an_unknown_dbms_is_named():
    installation = Installation(database=DatabaseLocation(dbms="db2"))
    with pytest.raises(InputError, match="'db2'") as caught:
        await DatabasePlugin(DatabaseSettings()).open_source_database(
            calls.OpenSourceDatabase(installation=installation, run=Run())
        )
    assert caught.value.code == "dbms-unknown"


async def test_a_rule_of_what_stays_that_names_nothing_stops_at_the_start(simulated):
    plugin = DatabasePlugin(simulated.settings(left_rows={"credentials.credentialTypo": "Ticket"}))
    with pytest.raises(InputError, match=r'database\.left_rows = "credentials\.credentialTypo"'):
        await plugin.open_source_database(calls.OpenSourceDatabase(installation=simulated.installation, run=Run()))
