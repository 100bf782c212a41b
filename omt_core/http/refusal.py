"""How a server says no: a status, and the same three words in JSON whatever went wrong."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web


class Refusal(Exception):  # noqa: N818 - it says no to a request; the server has no error
    """A request that is answered with an error: `status` and `headers` of HTTP, the rest is the body.

    `fields` stand beside code, message and remedy in the error, such as the digests that an error is about.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        remedy: str,
        *,
        fields: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.remedy = remedy
        self.fields = fields or {}
        self.headers = dict(headers or {})

    def body(self) -> dict[str, object]:
        """Return the error as JSON has it."""
        return {"error": {"code": self.code, "message": self.message, "remedy": self.remedy, **self.fields}}

    def answer(self) -> web.Response:
        """Return the answer to the request."""
        return web.json_response(self.body(), status=self.status, headers=self.headers)


def unknown_call(error: web.HTTPException, message: str, remedy: str) -> Refusal:
    """Refuse what the router refuses, with the methods that it would have taken."""
    allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return Refusal(error.status, "call-unknown", message, remedy, headers=allowed)
