"""What the guards look things up in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from omt_core.http import RouteTable
from omt_core.wizard.route import Route
from omt_core.wizard.security.access import Access

LOOPBACK: Final = "127.0.0.1"
"""The only address that the wizard is served at; it cannot be chosen."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The access that is asked, the port that is served, and which call of aiohttp's router is which of ours."""

    access: Access
    port: int
    routes: RouteTable[Route]

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a `Host` header may say. Any other name may be one that was bent to this machine (DNS rebinding)."""
        return (f"{LOOPBACK}:{self.port}", f"localhost:{self.port}")


GATE: web.AppKey[Gate] = web.AppKey("gate")
