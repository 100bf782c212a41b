"""Whether the tool was unpacked from its zip: a look that every start takes, so it needs nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from omt_core.api.errors import InputError
from omt_core.api.sentence import sentence
from omt_core.plugin_host.errors import PLUGINS_FOLDER_MISSING
from omt_core.plugin_host.manager import DISTRIBUTION

CONTENTS: Final = "omt-contents.json"
"""The list of all files in the zip, at the top of the folder that it is unpacked to: by this the folder is known."""


def top_of_the_zip() -> Path | None:
    """Return the folder that the zip was unpacked to; None where the tool was installed otherwise."""
    top = Path(sys.prefix).parent
    return top if (top / CONTENTS).is_file() else None


def elsewhere() -> InputError:
    """Return what to do where the tool was not unpacked from the zip: each way to install has its own for plugins."""
    prefix = Path(sys.prefix)
    if (prefix / "uv-receipt.toml").is_file():
        ways = "`uv tool install SOURCE --with FILE.whl`, SOURCE being what the tool was installed from"
    elif (prefix / "pipx_metadata.json").is_file():
        ways = f"`pipx inject {DISTRIBUTION} FILE.whl`, and `pipx uninject` to take it out"
    else:
        ways = f'`"{sys.executable}" -m pip install FILE.whl`, and `pip uninstall` to take it out'
    return PLUGINS_FOLDER_MISSING.error(
        remedy=sentence("Plugins are installed beside the tool here: {ways}.", ways=ways)
    )
