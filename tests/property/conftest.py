"""What the state machines share."""

from __future__ import annotations

import pytest

# What fails there shall be told as in a test.
pytest.register_assert_rewrite("omt_core.testing.property.transfer_machine", "omt_core.testing.property.receiver")
