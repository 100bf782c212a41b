"""The one table of calls: the server is made from it, and the test that walks all of them too."""

from __future__ import annotations

from typing import Final

from omt_core.wizard.route import Route
from omt_core.wizard.security.exchange import exchange

DOOR: Final = (Route(method="POST", path="/api/exchange", handler=exchange, open=True),)

ROUTES: Final[tuple[Route, ...]] = (*DOOR,)
"""All calls but the files of the page, which are listed at start."""
