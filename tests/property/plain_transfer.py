"""The state machine of transfers for the one that every installation has: `omt_upload`."""

from __future__ import annotations

from unittest.mock import patch

from typing_extensions import override

from omt_core.api.calls import Transfer, TransferSummary
from omt_core.testing.property.transfer_machine import PAGE, SETTINGS, TransferMachine
from omt_upload import batches
from omt_upload.settings import UploadSettings
from omt_upload.transfer import transfer


class PlainTransferMachine(TransferMachine):
    """Reads and sends in this process."""

    @override
    async def transfer(self, call: Transfer) -> TransferSummary:
        with patch.object(batches, "_PAGE", PAGE):
            return await transfer(call, UploadSettings.model_validate(SETTINGS))
