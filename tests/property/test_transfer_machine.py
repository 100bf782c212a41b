"""The transfer with its real journal against a naive tenant in memory, on a line and a machine on which all may happen.

How to run it for longer: `omt_core/testing/property/effort.py`.
"""

from __future__ import annotations

import pytest
from typing_extensions import override

from omt_core.testing.property.effort import tries
from omt_core.testing.property.receiver import Receiver
from tests.property.memory_receiver import MemoryReceiver
from tests.property.plain_transfer import PlainTransferMachine

pytestmark = pytest.mark.timeout(900)  # what fails is made as short as can be, which takes longer than all tries


class MemoryMachine(PlainTransferMachine):
    """Without threads and sockets, so that the same steps are the same run."""

    @override
    def new_tenant(self, number: int) -> Receiver:
        return MemoryReceiver(f"m{number}")


TestTransfer = MemoryMachine.TestCase
TestTransfer.settings = tries(70, 10)
