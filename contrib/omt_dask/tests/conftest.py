"""What the tests of a fleet share."""

from __future__ import annotations

import pytest

# What fails in the state machine of transfers shall be told as in a test.
pytest.register_assert_rewrite("omt_core.testing.property.transfer_machine", "omt_core.testing.property.receiver")


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on the backend that the tool runs on."""
    return "asyncio"
