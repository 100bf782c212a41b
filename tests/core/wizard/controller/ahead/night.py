"""A clock for starts that are planned: it stands still until a test lets the night fall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import anyio
from typing_extensions import override

from tests.core.engine.upload.clock import JumpingClock


class Night(JumpingClock):
    """Stands still until it is let go on."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))
        self.falls = anyio.Event()

    @property
    def tonight(self) -> str:
        return (self.now() + timedelta(hours=3)).isoformat()

    @override
    async def sleep(self, seconds: float) -> None:
        await self.falls.wait()
        await super().sleep(seconds)
