"""One call of the wizard, and what its guards must know about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from omt_core import http

BODY_BYTES: Final = 1 << 20
CSV_BODY_BYTES: Final = 16 << 20
"""A CSV file of many thousand users, as text within JSON, fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(http.Route):
    """A call; its path is below the wizard's own.

    Whatever is not said here is refused: a cookie is needed, and a body is JSON of at most 1 MB. `open` calls need no
    cookie. `csv` calls may bring the text of a file. `background` calls are made by the page and not by the person, so
    that they keep no session from expiring.
    """

    open: bool = False
    csv: bool = False
    background: bool = False

    @property
    def body_bytes(self) -> int:
        """The largest body that is taken."""
        return CSV_BODY_BYTES if self.csv else BODY_BYTES
