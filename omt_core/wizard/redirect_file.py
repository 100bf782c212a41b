"""The file that a browser is opened with: it leads to the link, which no command line may show to other users."""

from __future__ import annotations

import html
from contextlib import suppress
from pathlib import Path
from typing import Final

from omt_core.api.files import remove, write_whole
from omt_core.engine.workspace import data_folder, make_private

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url={link}">
<title>Online Migration Tool</title>
<p><a href="{link}">Open the wizard</a></p>
</html>
"""


class RedirectFile:
    """A page of this user's own, below the folder of the tool's data. Blocking.

    A tool that was killed leaves one behind, whose token opens nothing any more.
    """

    def __init__(self, port: int, *, folder: Path | None = None) -> None:
        self.path: Final = (folder or data_folder() / "wizard") / f"open-{port}.html"

    def write(self, link: str) -> None:
        """Write the page anew. Raises `OSError` or `InputError` `workspace-not-writable`."""
        make_private(self.path.parent)
        write_whole(self.path, _PAGE.format(link=html.escape(link)).encode("utf-8"))

    def remove(self) -> None:
        """Remove the page, if it is there."""
        with suppress(OSError):
            remove(self.path)
