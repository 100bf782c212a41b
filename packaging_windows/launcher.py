"""What starts the tool: `omt.exe`, and `omt.cmd` for where no unsigned program may run.

Both find Python beside themselves, so that the folder may lie and be moved anywhere.
"""

from __future__ import annotations

import io
from typing import Final
from zipfile import ZipFile, ZipInfo

from installer.scripts import Script

SEARCH_PATH: Final = "Lib\r\nDLLs\r\nLib\\site-packages\r\n"
"""The file `python311._pth`: where Python looks for modules. With it Python is isolated: no variable, registry entry,
user's package or file in the current folder changes what is imported."""

COMMAND: Final = '@"%~dp0python\\python.exe" -m omt_core %*\r\n'
"""The file `omt.cmd`."""

_PYTHON: Final = "<launcher_dir>\\python\\python.exe"
"""The launcher puts its own folder in; quotes are its affair."""


def program() -> bytes:
    """Return the file `omt.exe`: the launcher of distlib, as the library installer has it, and what it starts."""
    script = Script("omt", "omt_core.__main__", "main", "console")
    _, data = script.generate(_PYTHON, "win-amd64")
    with ZipFile(io.BytesIO(data)) as archive:
        (entry,) = archive.infolist()
        start, code = entry.header_offset, archive.read(entry)
    # Packed anew: the library writes the time at which it was called.
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr(ZipInfo(entry.filename), code)
    return data[:start] + packed.getvalue()
