"""What this plugin can report. Some are reasons too, for which a recording is left behind."""

from __future__ import annotations

from omt_core.api import FindingCode, Severity

PLUGIN = "call_recordings"

FOLDER_NOT_SET = FindingCode(
    code="call-recordings-folder-not-set",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The plugin call_recordings is installed, but its setting folder is empty: no recordings are moved.",
    remedy="Name the folder in the settings file or in the answers file, or uninstall the plugin.",
)
FOLDER_MISSING = FindingCode(
    code="call-recordings-folder-missing",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The folder of the call recordings does not exist or cannot be read, so that none of them is moved.",
    remedy="Connect the drive or share, or correct call_recordings.folder, and run the check again. If the recordings "
    "are really gone, waive this finding and say why.",
)
EMPTIED = FindingCode(
    code="call-recordings-folder-emptied",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    of_folders=True,
    meaning="Recordings lay in a folder when it was last read. It answers, or the folder above it does, and there are "
    "none now. What was sent of them before stays online.",
    remedy="Connect or restore the folder, and run the check again. If the recordings were deleted on purpose, say so "
    "by a waiver of this folder, with the reason: it counts for this folder and for no other.",
)
UNREADABLE = FindingCode(
    code="call-recording-unreadable",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A recording, or a folder of them, cannot be read, or a link leads out of the folder. It is not moved.",
    remedy="Mend the permission, or put the file in the place of the link; a later run in recovery mode moves it.",
)
EMPTY = FindingCode(
    code="call-recording-empty",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="Recordings are so small that there is no sound in them. They are moved as they are.",
    remedy="Restore them from a backup if the calls are needed.",
)
COUNTED = FindingCode(
    code="call-recordings-counted",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="So many recordings were found. They are moved as a stage of their own.",
    remedy="Nothing has to be done.",
)
OTHERS = FindingCode(
    code="call-recordings-other-files",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="Files in the folder of call recordings do not end as the settings say that recordings do. They stay here.",
    remedy="If they are recordings too, add their ending to call_recordings.endings.",
)

CODES = (COUNTED, EMPTIED, EMPTY, FOLDER_MISSING, FOLDER_NOT_SET, OTHERS, UNREADABLE)
