"""The errors of docs/reference/protocol.md: what the tenant says when it does not do what was asked."""

from __future__ import annotations

from omt_core.api import OnlineError, OnlineRefusedError, UploadMismatchError
from omt_core.http import Refusal

CHECKSUM_MISMATCH = 460
"""tus' own status: what arrived is not what was announced."""


class ProtocolError(Refusal):
    """A refusal of the protocol; its code is one of the table there."""

    def as_online_error(self) -> OnlineError:
        """Return it as a target in the tool's own process raises it."""
        differs = self.status == CHECKSUM_MISMATCH
        return (UploadMismatchError if differs else OnlineRefusedError)(self.code, self.message, self.remedy)


def bad_request(message: str, remedy: str = "Send what `omt help protocol` describes.") -> ProtocolError:
    """Say that the request is not one of the protocol."""
    return ProtocolError(400, "request-malformed", message, remedy)


def too_large(message: str, remedy: str = "Keep to the limits that GET /v1/capabilities tells.") -> ProtocolError:
    """Say that a body or an upload is larger than the limits allow."""
    return ProtocolError(413, "too-large", message, remedy)
