"""The mark that a freeze carries on site: who froze, where and since when.

By it the freeze can be undone without the journal: by another account, from another machine, after the workspace was
lost. It is ASCII, since a database or a file may be in any code page.
"""

from __future__ import annotations

import getpass
import platform
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from typing_extensions import override

from omt_core.api import sentence

_MARK = re.compile(r"\[omt: (\d{4}-\d\d-\d\d \d\d:\d\d UTC), ([^\[\]\r\n]+)\]")
LONGEST_NAME = 40
"""Characters of an account or a machine that are told; the event's text has 254 for all."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Who froze (`hanne on SRV1`), and since when, for a person."""

    whose: str
    since: str

    @override
    def __str__(self) -> str:
        return f"[omt: {self.since}, {self.whose}]"

    @property
    def told(self) -> str:
        """The mark as the end of a sentence."""
        return sentence("by {whose} at {since}", whose=self.whose, since=self.since)


def own_mark() -> Mark:
    """Return the mark of this account on this machine, now."""
    try:
        account = getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name
        account = "unknown"
    whose = f"{_plain(account)} on {_plain(platform.node() or 'unknown')}"
    return Mark(whose, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")


def find_mark(text: str) -> Mark | None:
    """Return the mark in a text, or None."""
    found = _MARK.search(text)
    return None if found is None else Mark(found[2], found[1])


def _plain(name: str) -> str:
    return re.sub(r"[^ -Z^-~]", "?", name)[:LONGEST_NAME]
