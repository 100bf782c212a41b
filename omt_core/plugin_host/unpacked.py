"""Whether the tool was unpacked from its zip: a look that every start takes, so it needs nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from omt_core.api.errors import InputError
from omt_core.api.sentence import Sentence, sentence
from omt_core.plugin_host.errors import PLUGINS_FOLDER_MISSING
from omt_core.plugin_host.manager import DISTRIBUTION

CONTENTS: Final = "omt-contents.json"
"""The list of all files in the zip, at the top of the folder that it is unpacked to: by this the folder is known."""

_UV: Final = "`uv tool install SOURCE --with FILE.whl`"


def top_of_the_zip() -> Path | None:
    """Return the folder that the zip was unpacked to; None where the tool was installed otherwise."""
    top = Path(sys.prefix).parent
    return top if (top / CONTENTS).is_file() else None


def elsewhere() -> InputError:
    """Return what to do where the tool was not unpacked from the zip: each way to install has its own for plugins."""
    prefix = Path(sys.prefix)
    if (prefix / "uv-receipt.toml").is_file():
        ways = sentence("{command}, SOURCE being what the tool was installed from", command=_UV)
    elif (prefix / "pipx_metadata.json").is_file():
        ways = _in_and_out(f"`pipx inject {DISTRIBUTION} FILE.whl`", "`pipx uninject`")
    else:
        ways = _in_and_out(f'`"{sys.executable}" -m pip install FILE.whl`', "`pip uninstall`")
    return PLUGINS_FOLDER_MISSING.error(
        remedy=sentence("Plugins are installed beside the tool here: {ways}.", ways=ways)
    )


def _in_and_out(puts_in: str, takes_out: str) -> Sentence:
    return sentence("{puts_in}, and {takes_out} to take it out", puts_in=puts_in, takes_out=takes_out)
