"""What stops a command for the sake of plugins: roles that nobody holds, names that are no plugin's, wheels."""

from __future__ import annotations

from typing import Final

from omt_core.api.errors import ErrorCode, InputError
from omt_core.plugin_host.faults import FAULT_CODES

PLUGIN_NAME_TAKEN: Final = ErrorCode(
    code="plugin-name-taken",
    kind=InputError,
    meaning="A plugin has a name that is another one's already.",
    remedy="Take another name; `omt plugins` lists those of plugins.",
)
PLUGIN_NEEDED: Final = ErrorCode(
    code="plugin-needed",
    kind=InputError,
    meaning="A plugin's wheel is needed by another one, which would break without it.",
    remedy="Remove the one that needs it first.",
)
PLUGIN_NOT_ACTIVE: Final = ErrorCode(
    code="plugin-not-active",
    kind=InputError,
    meaning="A plugin that should take part is broken, disabled, or replaced by one that is disabled; a command that"
    " writes would leave out its rules.",
    remedy="Mend or enable the plugin (`omt plugins` says why), or waive it by `plugin:NAME` in the answers.",
)
PLUGIN_NOT_ADDED: Final = ErrorCode(
    code="plugin-not-added",
    kind=InputError,
    meaning="No wheel in the folder of plugins brings the plugin that shall be removed.",
    remedy="See `omt plugins`. Plugins of the tool itself are left out by --disable-plugin NAME.",
)
PLUGIN_UNKNOWN: Final = ErrorCode(
    code="plugin-unknown",
    kind=InputError,
    meaning="No plugin has the name that was given.",
    remedy="See `omt plugins` for the names.",
)
PLUGINS_FOLDER_MISSING: Final = ErrorCode(
    code="plugins-folder-missing",
    kind=InputError,
    meaning="This installation has no folder for wheels of plugins: it does not run from the unpacked zip for Windows.",
    remedy="Install plugins beside the tool, in the way that the tool was installed by.",
)
PLUGINS_FOLDER_NOT_WRITABLE: Final = ErrorCode(
    code="plugins-folder-not-writable",
    kind=InputError,
    meaning="The folder of plugins beside the tool cannot be changed.",
    remedy="Copy the tool's whole folder to where you may write and run it from there, or ask whoever put it here.",
)
ROLE_NOT_HELD: Final = ErrorCode(
    code="role-not-held",
    kind=InputError,
    meaning="No active plugin can do what a role asks for, such as connecting to the online side.",
    remedy="See `omt plugins`, or name another plugin in the settings core.roles.",
)
WHEEL_DAMAGED: Final = ErrorCode(
    code="wheel-damaged",
    kind=InputError,
    meaning="The contents of a plugin's wheel differ from the list of them that it brings.",
    remedy="Fetch it again from the plugin's maker.",
)
WHEEL_FOR_ANOTHER_PYTHON: Final = ErrorCode(
    code="wheel-for-another-python",
    kind=InputError,
    meaning="A plugin's wheel is made for another version of Python or another kind of machine.",
    remedy="Ask the plugin's maker for a wheel for this Python, or for one in Python alone (py3-none-any).",
)
WHEEL_IN_THE_WAY: Final = ErrorCode(
    code="wheel-in-the-way",
    kind=InputError,
    meaning="A plugin's wheel would take the place of a module of Python, of the tool or of another wheel, and break"
    " what needs it.",
    remedy="Leave the wheel out if it is only what another one needs and is there already; else ask its maker to"
    " give its packages names of their own.",
)
WHEEL_NEEDS_OTHERS: Final = ErrorCode(
    code="wheel-needs-others",
    kind=InputError,
    meaning="A plugin's wheel needs another distribution that is not there, or not in the version that it wants.",
    remedy="Give the wheels of these in the same command, or put them into the same folder; where the tool itself is"
    " what is too old, take a newer one.",
)
WHEEL_NOT_UNPACKED: Final = ErrorCode(
    code="wheel-not-unpacked",
    kind=InputError,
    meaning="A plugin's wheel cannot be unpacked into the data folder of the tool.",
    remedy="See that the folder can be written to and that the disk has room, then start the tool again.",
)
WHEEL_UNREADABLE: Final = ErrorCode(
    code="wheel-unreadable",
    kind=InputError,
    meaning="A file is no wheel of a plugin that can be read.",
    remedy="Name the .whl file as the plugin's maker gave it out, under the name that it came with.",
)
WHEEL_WITHOUT_PLUGIN: Final = ErrorCode(
    code="wheel-without-plugin",
    kind=InputError,
    meaning="A wheel brings no plugin, and no plugin needs it.",
    remedy="Name the wheel of the plugin itself, and those that it needs in the same command.",
)

HOST_ERROR_CODES: Final = (
    *FAULT_CODES,
    PLUGIN_NAME_TAKEN,
    PLUGIN_NEEDED,
    PLUGIN_NOT_ACTIVE,
    PLUGIN_NOT_ADDED,
    PLUGIN_UNKNOWN,
    PLUGINS_FOLDER_MISSING,
    PLUGINS_FOLDER_NOT_WRITABLE,
    ROLE_NOT_HELD,
    WHEEL_DAMAGED,
    WHEEL_FOR_ANOTHER_PYTHON,
    WHEEL_IN_THE_WAY,
    WHEEL_NEEDS_OTHERS,
    WHEEL_NOT_UNPACKED,
    WHEEL_UNREADABLE,
    WHEEL_WITHOUT_PLUGIN,
)
"""The host registers these by itself."""
