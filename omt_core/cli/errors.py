"""What stops a command before it reaches the engine: usage, files of its own, plugins that are made or tried."""

from __future__ import annotations

from typing import Final

from omt_core.api.errors import ErrorCode, InputError, InstallationError, InterruptedRunError, OmtError
from omt_core.wizard.errors import ERROR_CODES as WIZARD_ERROR_CODES

ANSWERS_EXIST: Final = ErrorCode(
    code="answers-exist",
    kind=InputError,
    meaning="The file for the answers is there already, and is not overwritten.",
    remedy="Give the name of a new file, or --force to write over the one that is there.",
)
ANSWERS_NOT_WRITABLE: Final = ErrorCode(
    code="answers-not-writable",
    kind=InputError,
    meaning="The answers file cannot be written.",
    remedy="Give the name of a file in a folder where you may write.",
)
CSV_NOT_WRITABLE: Final = ErrorCode(
    code="csv-not-writable",
    kind=InputError,
    meaning="A CSV file of plans or user names cannot be written.",
    remedy="Close it in other programs, a spreadsheet say, or give another folder with --write-csv.",
)
FINDINGS_NOT_WRITABLE: Final = ErrorCode(
    code="findings-not-writable",
    kind=InputError,
    meaning="The findings cannot be written to the file that was named.",
    remedy="Close it in other programs, a spreadsheet say, or name another file by --findings.",
)
HOOK_UNKNOWN: Final = ErrorCode(
    code="hook-unknown",
    kind=InputError,
    meaning="There is no hook of the name that was given.",
    remedy="`omt plugins` shows the hooks of each plugin.",
)
NAMES_NOT_UTF_8: Final = ErrorCode(
    code="names-not-utf-8",
    kind=InputError,
    meaning="The names of files are not read as UTF-8 here, which would damage those that are not English.",
    remedy="Set the variable PYTHONUTF8 to 1, or take a locale in UTF-8 such as C.UTF-8, and start the tool again.",
)
NO_RUN_TO_LIMIT: Final = ErrorCode(
    code="no-run-to-limit",
    kind=InputError,
    meaning="No migration is running in the workspace, so that there is nothing to limit.",
    remedy="Give the limit to the run that you begin: `omt migrate --limit-rate 5M`.",
)
NOTHING_TO_COMPARE: Final = ErrorCode(
    code="nothing-to-compare",
    kind=InputError,
    meaning="The workspace keeps no two migrations that could be compared.",
    remedy="Make a test migration and then another or the live one, or name two receipts.",
)
OUTPUT_LOST: Final = ErrorCode(
    code="output-lost",
    kind=OmtError,
    meaning="What was printed could not be written to the end, so that it cannot be read how the command ended.",
    remedy="What the command did stands. Make room on that disk, or send the output elsewhere, and ask again.",
)
OUTPUT_NOT_A_FILE: Final = ErrorCode(
    code="output-not-a-file",
    kind=InputError,
    meaning="What was named for a file to be written is a device or a pipe, which a file would take the place of.",
    remedy="Name an ordinary file.",
)
PLUGIN_FOLDER_NOT_EMPTY: Final = ErrorCode(
    code="plugin-folder-not-empty",
    kind=InputError,
    meaning="The folder for a new plugin is there already, and nothing in it is overwritten.",
    remedy="Name a folder that is not there yet: `omt plugins new NAME FOLDER`.",
)
PLUGIN_FOLDER_NOT_WRITABLE: Final = ErrorCode(
    code="plugin-folder-not-writable",
    kind=InputError,
    meaning="A new plugin cannot be written to the folder that was given.",
    remedy="Name a folder that this account may write to.",
)
PLUGIN_NAME_UNUSABLE: Final = ErrorCode(
    code="plugin-name-unusable",
    kind=InputError,
    meaning="What was given cannot be the name of a plugin.",
    remedy="Take letters and digits, in words joined by hyphens or underscores, and begin with a letter: `call_notes`.",
)
PLUGIN_NOT_TRIED: Final = ErrorCode(
    code="plugin-not-tried",
    kind=InputError,
    meaning="A plugin that does not take part cannot be tried.",
    remedy="Mend or enable it first; `omt plugins` shows how it stands.",
)
PURGE_FROZEN: Final = ErrorCode(
    code="purge-frozen",
    kind=InputError,
    meaning="The installation on site is frozen, and the journal is what a thaw needs.",
    remedy="Run `omt thaw` first.",
)
PURGE_UNFINISHED: Final = ErrorCode(
    code="purge-unfinished",
    kind=InputError,
    meaning="The migration is not finished, and the journal is what goes on with it.",
    remedy="Finish it by `omt migrate` first.",
)
START_CANCELLED: Final = ErrorCode(
    code="start-cancelled",
    kind=InterruptedRunError,
    meaning="The planned start was cancelled. Nothing was begun.",
    remedy="Run the same command again to plan it anew, or without --start-at to begin now.",
)
SUPPORT_NOT_AGREED: Final = ErrorCode(
    code="support-not-agreed",
    kind=InputError,
    meaning="Nobody agreed to what the support bundle would hold, so it was not written.",
    remedy="Answer y where it asks, or give --yes.",
)
TESTS_NOT_INSTALLED: Final = ErrorCode(
    code="tests-not-installed",
    kind=InputError,
    meaning="What the conformance suite needs is not installed.",
    remedy='Install it: pip install "online-migration-tool[tests]".',
)
THAW_OTHER_INSTALLATION: Final = ErrorCode(
    code="thaw-other-installation",
    kind=InstallationError,
    meaning="The installation that was found is not the one that is frozen.",
    remedy="Name the installation that is frozen by --answers.",
)
TOPIC_UNKNOWN: Final = ErrorCode(
    code="topic-unknown",
    kind=InputError,
    meaning="There is no help on what was asked for.",
    remedy="`omt help` lists all topics.",
)

FRONT_END_ERROR_CODES: Final = (
    *WIZARD_ERROR_CODES,
    ANSWERS_EXIST,
    ANSWERS_NOT_WRITABLE,
    CSV_NOT_WRITABLE,
    FINDINGS_NOT_WRITABLE,
    HOOK_UNKNOWN,
    NAMES_NOT_UTF_8,
    NO_RUN_TO_LIMIT,
    NOTHING_TO_COMPARE,
    OUTPUT_LOST,
    OUTPUT_NOT_A_FILE,
    PLUGIN_FOLDER_NOT_EMPTY,
    PLUGIN_FOLDER_NOT_WRITABLE,
    PLUGIN_NAME_UNUSABLE,
    PLUGIN_NOT_TRIED,
    PURGE_FROZEN,
    PURGE_UNFINISHED,
    START_CANCELLED,
    SUPPORT_NOT_AGREED,
    TESTS_NOT_INSTALLED,
    THAW_OTHER_INSTALLATION,
    TOPIC_UNKNOWN,
)
"""Those of the wizard among them: it is opened by the command line."""
