"""What stops the command of this plugin."""

from __future__ import annotations

from typing import Final

from omt_core.api import ErrorCode, InputError, InstallationError

from omt_call_recordings.findings import FOLDER_MISSING

FOLDER_NOT_SET: Final = ErrorCode(
    code="call-recordings-folder-not-set",
    kind=InputError,
    meaning="No folder of call recordings is named.",
    remedy="Set call_recordings.folder in the settings file.",
)

FOLDER_NOT_THERE: Final = FOLDER_MISSING.error_code(InstallationError)

ERROR_CODES: Final = (FOLDER_NOT_SET, FOLDER_NOT_THERE)
