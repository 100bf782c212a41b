"""The plugin: connects recordings, check, report and command to the hooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import anyio.to_thread
from omt_core.api import (
    FOLDER_PREFIX,
    Command,
    ErrorCode,
    Finding,
    FindingCode,
    OmtError,
    Plugin,
    PluginSettings,
    ReportSection,
    UploadStage,
    calls,
    hookimpl,
    sentence,
)
from omt_folders import SeenFolders
from typing_extensions import override

from omt_call_recordings.errors import ERROR_CODES
from omt_call_recordings.findings import CODES, EMPTIED, FOLDER_NOT_SET, PLUGIN
from omt_call_recordings.recordings import Tally, recordings_in
from omt_call_recordings.recordings_command import recordings_command
from omt_call_recordings.report import section
from omt_call_recordings.settings import CallRecordingsSettings

TITLE, ORDER = "Call recordings", 70
"""The row of the upload table: behind the rows of the archive."""


class CallRecordingsPlugin(Plugin):
    """Moves what the telephone system recorded."""

    settings_model: ClassVar[type[PluginSettings]] = CallRecordingsSettings

    def __init__(self, settings: CallRecordingsSettings) -> None:
        super().__init__(settings)
        self._settings = settings
        self._seen = SeenFolders(PLUGIN)

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return CODES

    @override
    @hookimpl
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return ERROR_CODES

    @override
    @hookimpl
    def add_commands(self) -> Sequence[Command]:
        return (recordings_command(self._settings),)

    @override
    @hookimpl
    async def validate_migration(self, call: calls.ValidateMigration) -> Sequence[Finding]:
        folder = self._settings.folder
        if folder is None:
            return (FOLDER_NOT_SET.finding(sentence("No folder of call recordings is named, so that none are moved.")),)
        if call.in_snapshot:
            return ()  # the stage is about to look at each recording itself
        await anyio.to_thread.run_sync(self._seen.keep_in, call.run.workspace)
        tally = Tally(self._settings.smallest_bytes)
        async for batch in recordings_in(folder, self._settings, self._seen, tally.pass_over).items():
            tally.add(batch)
        return tally.findings(folder)

    @override
    @hookimpl
    async def validate_installation(self, call: calls.ValidateInstallation) -> Sequence[Finding]:
        """Name the folders that a recovery would wait for in vain."""
        folder = self._settings.folder
        if folder is None or call.in_snapshot or not call.files_only:
            return ()
        await anyio.to_thread.run_sync(self._seen.keep_in, call.run.workspace)
        return [
            EMPTIED.finding(
                sentence("Recordings lay in {folder} when it was last read, and none do now.", folder=one),
                (f"{FOLDER_PREFIX}{one}",),
            )
            for one in await anyio.to_thread.run_sync(self._seen.emptied, folder)
        ]

    @override
    @hookimpl
    async def contribute_upload_stages(self, call: calls.ContributeUploadStages) -> Sequence[UploadStage]:
        if self._settings.folder is None:
            return ()
        await anyio.to_thread.run_sync(self._seen.keep_in, call.workspace)
        await anyio.to_thread.run_sync(self._seen.forget_deleted, (self._settings.folder,), call.deleted_folders, str)
        stage = recordings_in(self._settings.folder, self._settings, self._seen, near=call.near)
        return (stage.row(title=TITLE, order=ORDER),)

    @override
    @hookimpl
    async def add_report_sections(self, call: calls.AddReportSections) -> Sequence[ReportSection]:
        found = await section(call.record)
        return () if found is None else (found,)
