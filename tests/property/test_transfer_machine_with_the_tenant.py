"""The same machine over sockets: the client, the reference tenant with its store, and the threads of both.

How to run it for longer: `tests/property/effort.py`.
"""

from __future__ import annotations

import pytest
from typing_extensions import override

from tests.property.effort import tries
from tests.property.receiver import Receiver
from tests.property.tenant_receiver import TenantReceiver
from tests.property.transfer_machine import TransferMachine

pytestmark = pytest.mark.timeout(900)  # what fails is made as short as can be, which takes longer than all tries


class TenantMachine(TransferMachine):
    """With threads and sockets: what is done first may differ from one try to the next."""

    threads = True
    furthest = 80

    @override
    def new_tenant(self, number: int) -> Receiver:
        return TenantReceiver(self.folder / f"tenant {number}", self.folder)


TestTransferToTheTenant = TenantMachine.TestCase
TestTransferToTheTenant.settings = tries(6, 6)
