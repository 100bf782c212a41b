"""How the wizard says no: every error is a status and the same three words in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from omt_core.api.errors import (
    FindingsError,
    InputError,
    InstallationError,
    InterruptedRunError,
    OmtError,
    OnlineError,
)


class Refusal(Exception):  # noqa: N818 - it says no to a request; the run has no error
    """A request that is answered with an error of the wizard's own."""

    def __init__(
        self, status: int, code: str, message: str, remedy: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.remedy = remedy
        self.headers = dict(headers or {})


_TOO_EARLY_OR_TAKEN: Final = frozenset(
    {
        "busy",
        "checklist-not-done",
        "checklist-not-open",
        "checks-incomplete",
        "checks-running",
        "no-way-back",
        "phase-too-early",
        "session-not-open",
        "settings-in-use",
        "upload-not-running",
        "upload-under-way",
        "workspace-locked",
    }
)
_STATUS: Final[tuple[tuple[type[OmtError], int], ...]] = (
    (FindingsError, 422),
    (InstallationError, 422),
    (InterruptedRunError, 409),
    (InputError, 400),
    (OnlineError, 502),
)


def status_of(error: OmtError) -> int:
    """Return the HTTP status that tells what kind of error of the migration this is."""
    if error.code in _TOO_EARLY_OR_TAKEN:
        return 409
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def answer(error: Refusal | OmtError) -> web.Response:
    """Return an error as the answer to a request."""
    status = error.status if isinstance(error, Refusal) else status_of(error)
    headers = error.headers if isinstance(error, Refusal) else None
    body = {"error": {"code": error.code, "message": error.message, "remedy": error.remedy}}
    return web.json_response(body, status=status, headers=headers)
