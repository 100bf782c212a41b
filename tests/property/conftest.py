"""What the state machines share."""

from __future__ import annotations

import pytest

# What fails there shall be told as in a test.
pytest.register_assert_rewrite("tests.property.transfer_machine", "tests.property.receiver")
