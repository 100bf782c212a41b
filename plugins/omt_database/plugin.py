"""The plugin: opens the database, reads licence and users from it, and brings the upload stage `database`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from typing_extensions import override

from omt_core.api import (
    ErrorCode,
    Finding,
    FindingCode,
    FindingRaised,
    Licence,
    MachineCheck,
    Notice,
    OmtError,
    Photo,
    Plugin,
    PluginSettings,
    ReportSection,
    SourceDatabase,
    UploadStage,
    User,
    ValueLimit,
    calls,
    hookimpl,
    sentence,
)
from omt_crm.errors import ERROR_CODES as CRM_ERROR_CODES
from omt_database.errors import ERROR_CODES
from omt_database.findings import CODES, LEFT_ON_SITE, PLUGIN, SNAPSHOT_WEAK
from omt_database.settings import DatabaseSettings

REPORT_ORDER = 60


class DatabasePlugin(Plugin):
    """Role `database`, and the stage of the same name."""

    settings_model: ClassVar[type[PluginSettings]] = DatabaseSettings

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings

    @hookimpl
    @override
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return CODES

    @hookimpl
    @override
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return (*ERROR_CODES, *CRM_ERROR_CODES)

    @hookimpl
    @override
    async def examine_machine(self, call: calls.ExamineMachine) -> Sequence[MachineCheck]:
        from omt_database.machine import examine  # noqa: PLC0415 - drivers bring Arrow and sqlglot

        return await examine(call, self._settings)

    @hookimpl
    @override
    async def open_source_database(self, call: calls.OpenSourceDatabase) -> SourceDatabase:
        from omt_database.drivers.choice import choose_driver  # noqa: PLC0415 - drivers bring Arrow and sqlglot
        from omt_database.export.omissions import Omissions  # noqa: PLC0415 - only who opens a database needs it
        from omt_database.source import CrmDatabase, Waiting  # noqa: PLC0415 - the same

        waiting = Waiting(
            tell=lambda line: call.run.emit(Notice(message=line)),
            notice_after=self._settings.notice_after,
            keep_alive=self._settings.keep_alive,
            away_minutes=self._settings.away_minutes,
        )
        database = await CrmDatabase.open(choose_driver(call.installation.database, self._settings), waiting)
        try:
            hidden = frozenset(name.lower() for name in database.sight.hidden)
            Omissions(database.tables, self._settings).require_names(hidden)
        except BaseException:
            await database.aclose()
            raise
        return database

    @hookimpl
    @override
    async def read_licence(self, call: calls.ReadLicence) -> Licence:
        from omt_database.licence import read_licence  # noqa: PLC0415 - sqlglot takes 40 ms: only who asks loads it

        return await read_licence(call.database)

    @hookimpl
    @override
    async def read_users(self, call: calls.ReadUsers) -> Sequence[User]:
        from omt_database.users import read_users  # noqa: PLC0415 - the same

        return await read_users(call.database)

    @hookimpl
    @override
    async def read_photo(self, call: calls.ReadPhoto) -> Photo | None:
        from omt_database.users import read_photo  # noqa: PLC0415 - the same

        return await read_photo(call.database, call.photo)

    @hookimpl
    @override
    async def validate_installation(self, call: calls.ValidateInstallation) -> Sequence[Finding]:
        from omt_database.preflight import preflight  # noqa: PLC0415 - only who asks loads it
        from omt_database.source import CrmDatabase  # noqa: PLC0415 - the same

        # Another plugin in the role of the database has checks of its own.
        if not isinstance(call.database, CrmDatabase):
            return ()
        online: object = call.online
        taken = online.value_bytes if isinstance(online, ValueLimit) else None
        # In the snapshot the export itself looks at each value that it moves.
        values = not (call.files_only or call.in_snapshot)
        return await preflight(call.database, self._settings, taken, values=values)

    @hookimpl
    @override
    async def contribute_upload_stages(self, call: calls.ContributeUploadStages) -> Sequence[UploadStage]:
        from omt_database.preflight import dropped_tables, hidden_tables  # noqa: PLC0415 - only who asks loads it
        from omt_database.source import CrmDatabase  # noqa: PLC0415 - the same

        # Another plugin in the role of the database brings a stage of its own.
        if not isinstance(call.database, CrmDatabase):
            return ()
        if call.database.weakness is not None:
            call.run.emit(FindingRaised(finding=SNAPSHOT_WEAK.finding(call.database.weakness)))
        for finding in hidden_tables(call.database, self._settings):
            call.run.emit(FindingRaised(finding=finding))
        if call.files_only:
            return ()
        for finding in dropped_tables(call.database, self._settings):
            call.run.emit(FindingRaised(finding=finding))
        from omt_database.export.stage import DatabaseExport  # noqa: PLC0415 - Arrow takes 40 MB: only who reads rows loads it

        export = DatabaseExport(
            call.database,
            self._settings,
            call.workspace,
            tell=lambda line: call.run.emit(Notice(message=line)),
            raised=lambda finding: call.run.emit(FindingRaised(finding=finding)),
        )
        return (export.stage(PLUGIN),)

    @hookimpl
    @override
    async def add_report_sections(self, call: calls.AddReportSections) -> Sequence[ReportSection]:
        left = sorted(
            {name for finding in call.record.findings if finding.code == LEFT_ON_SITE.code for name in finding.subjects}
        )
        if not left:
            return ()
        rows = tuple((name, _what_stays(name)) for name in left)
        return (
            ReportSection(
                title=sentence("Left on site"),
                columns=(sentence("Name"), sentence("What stays")),
                rows=rows,
                order=REPORT_ORDER,
            ),
        )


def _what_stays(name: str) -> str:
    if "=" in name:
        return sentence("Rows with this value")
    return sentence("The values of this column" if "." in name else "The whole table")
