"""What the tests of a fleet share."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on the backend that the tool runs on."""
    return "asyncio"
