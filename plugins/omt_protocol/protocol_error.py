"""The errors of docs/reference/protocol.md: what the tenant says when it does not do what was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from omt_core.api import OnlineError, OnlineRefusedError, UploadMismatchError

CHECKSUM_MISMATCH = 460
"""tus' own status: what arrived is not what was announced."""


class ProtocolError(Exception):
    """An answer that is not a success: `status` and `headers` of HTTP, the rest is the body.

    `fields` stand beside code, message and remedy in the error, such as the `digests` that an error is about.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        remedy: str,
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.remedy = remedy
        self.fields = fields or {}
        self.headers = headers or {}

    def body(self) -> dict[str, object]:
        """Return the error as JSON has it."""
        return {"error": {"code": self.code, "message": self.message, "remedy": self.remedy, **self.fields}}

    def as_online_error(self) -> OnlineError:
        """Return it as a target in the tool's own process raises it."""
        differs = self.status == CHECKSUM_MISMATCH
        return (UploadMismatchError if differs else OnlineRefusedError)(self.code, self.message, self.remedy)


def bad_request(message: str, remedy: str = "Send what docs/reference/protocol.md describes.") -> ProtocolError:
    """Say that the request is not one of the protocol."""
    return ProtocolError(400, "request-malformed", message, remedy)


def too_large(message: str, remedy: str = "Keep to the limits that GET /v1/capabilities tells.") -> ProtocolError:
    """Say that a body or an upload is larger than the limits allow."""
    return ProtocolError(413, "too-large", message, remedy)
