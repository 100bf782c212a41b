"""The plugin of the document archive and the Service folders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import anyio.to_thread
from typing_extensions import override

from omt_archive.findings import CODES
from omt_archive.settings import ArchiveSettings
from omt_core.api import ErrorCode, Finding, FindingCode, OmtError, Plugin, PluginSettings, UploadStage, hookimpl
from omt_core.api.calls import ContributeUploadStages, ValidateDocuments, ValidateInstallation
from omt_crm.errors import ERROR_CODES
from omt_folders.seen_folders import SeenFolders


class ArchivePlugin(Plugin):
    """Finds what lies in the archive, and what should (crm.md section 6)."""

    settings_model: ClassVar[type[PluginSettings]] = ArchiveSettings

    def __init__(self, settings: ArchiveSettings) -> None:
        super().__init__(settings)
        self._settings = settings
        self._seen = SeenFolders()

    @hookimpl
    @override
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return CODES

    @hookimpl
    @override
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return ERROR_CODES

    @hookimpl
    @override
    async def contribute_upload_stages(self, call: ContributeUploadStages) -> Sequence[UploadStage]:
        from omt_archive.stages import ArchiveStages  # noqa: PLC0415 - only a run that reads the archive needs it

        await anyio.to_thread.run_sync(self._seen.keep_in, call.workspace)
        stages = ArchiveStages(call.installation, call.database, self._settings, self._seen, exact=True, near=call.near)
        await stages.forget_deleted(call.deleted_folders)
        return stages.all()

    @hookimpl
    @override
    async def validate_installation(self, call: ValidateInstallation) -> Sequence[Finding]:
        """Name the folders that a recovery would wait for in vain; a full run looks at every document instead."""
        from omt_archive.stages import ArchiveStages  # noqa: PLC0415 - only a run that reads the archive needs it
        from omt_archive.validation import emptied_folders  # noqa: PLC0415 - the same

        if call.in_snapshot or not call.files_only:
            return ()
        await anyio.to_thread.run_sync(self._seen.keep_in, call.run.workspace)
        stages = ArchiveStages(call.installation, call.database, self._settings, self._seen)
        return await emptied_folders(stages, self._settings, call.run)

    @hookimpl
    @override
    async def validate_documents(self, call: ValidateDocuments) -> Sequence[Finding]:
        from omt_archive.stages import ArchiveStages  # noqa: PLC0415 - only a run that reads the archive needs it
        from omt_archive.validation import validate  # noqa: PLC0415 - the same

        await anyio.to_thread.run_sync(self._seen.keep_in, call.run.workspace)
        stages = ArchiveStages(call.installation, call.database, self._settings, self._seen, near=call.near)
        return await validate(stages, call.installation, self._settings, call.run, call.missing)
