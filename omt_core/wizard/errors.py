"""What the wizard does not do at this moment, and why it is not served."""

from __future__ import annotations

from typing import Final

from omt_core.api.errors import ErrorCode, InputError

AHEAD_NOT_POSSIBLE: Final = ErrorCode(
    code="ahead-not-possible",
    kind=InputError,
    meaning="Documents are sent ahead of a first upload only.",
    remedy="Upload what is missing instead.",
)
CHECKLIST_NOT_DONE: Final = ErrorCode(
    code="checklist-not-done",
    kind=InputError,
    meaning="Not everything of the checklist was looked at yet.",
    remedy="Open each item of the checklist and press Ok.",
)
CHECKS_RUNNING: Final = ErrorCode(
    code="checks-running",
    kind=InputError,
    meaning="The checks are running already.",
    remedy="Wait until they are done.",
)
ESTIMATE_RUNNING: Final = ErrorCode(
    code="estimate-running",
    kind=InputError,
    meaning="An estimate is being made already.",
    remedy="Wait until it is done.",
)
FOLDER_UNREADABLE: Final = ErrorCode(
    code="folder-unreadable",
    kind=InputError,
    meaning="A folder of this machine cannot be read.",
    remedy="Choose another folder, or type the path.",
)
NOT_AHEAD: Final = ErrorCode(
    code="not-ahead",
    kind=InputError,
    meaning="No documents are being sent ahead.",
    remedy="Load the page anew.",
)
NO_WAY_BACK: Final = ErrorCode(
    code="no-way-back",
    kind=InputError,
    meaning="There is no page before this one.",
    remedy="Go on with this page.",
)
NOT_LOGGED_IN: Final = ErrorCode(
    code="not-logged-in",
    kind=InputError,
    meaning="Nobody is logged on.",
    remedy="Go back to the login and log on again.",
)
SESSION_NOT_OPEN: Final = ErrorCode(
    code="session-not-open",
    kind=InputError,
    meaning="No installation is opened yet.",
    remedy="Press Start on the first page, then go on.",
)
SETTINGS_IN_USE: Final = ErrorCode(
    code="settings-in-use",
    kind=InputError,
    meaning="The installation is open with the settings as they are.",
    remedy="Start the tool again to change them.",
)
START_NOT_PLANNED: Final = ErrorCode(
    code="start-not-planned",
    kind=InputError,
    meaning="The upload has begun already.",
    remedy="Go on with it on its page.",
)
TOOL_BUSY: Final = ErrorCode(
    code="tool-busy",
    kind=InputError,
    meaning="The tool is at something else just now.",
    remedy="Wait a moment, then try again.",
)
UPLOAD_NOT_RUNNING: Final = ErrorCode(
    code="upload-not-running",
    kind=InputError,
    meaning="No upload is running.",
    remedy="Begin it, or go on with it, first.",
)
UPLOAD_UNDER_WAY: Final = ErrorCode(
    code="upload-under-way",
    kind=InputError,
    meaning="The upload is under way.",
    remedy="Pause or cancel it first.",
)
WIZARD_NOT_SERVED: Final = ErrorCode(
    code="wizard-not-served",
    kind=InputError,
    meaning="The wizard cannot be served on this machine.",
    remedy="Check what keeps programs from listening on 127.0.0.1, or use the commands instead (`omt --help`).",
)

ERROR_CODES: Final = (
    AHEAD_NOT_POSSIBLE,
    CHECKLIST_NOT_DONE,
    CHECKS_RUNNING,
    ESTIMATE_RUNNING,
    FOLDER_UNREADABLE,
    NOT_AHEAD,
    NO_WAY_BACK,
    NOT_LOGGED_IN,
    SESSION_NOT_OPEN,
    SETTINGS_IN_USE,
    START_NOT_PLANNED,
    TOOL_BUSY,
    UPLOAD_NOT_RUNNING,
    UPLOAD_UNDER_WAY,
    WIZARD_NOT_SERVED,
)
