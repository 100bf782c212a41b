"""What the wizard answers to whatever goes wrong in a call."""

from __future__ import annotations

import logging
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
from omt_core.http import Refusal, unknown_call
from omt_core.logs import naming_log
from omt_core.wizard.security.gate import GATE
from omt_core.wizard.words import told_error

_log = logging.getLogger("omt.wizard")


_TOO_EARLY_OR_TAKEN: Final = frozenset(
    {
        "checklist-not-done",
        "checklist-not-open",
        "checks-incomplete",
        "checks-running",
        "estimate-running",
        "no-way-back",
        "not-ahead",
        "phase-too-early",
        "session-not-open",
        "settings-in-use",
        "start-not-planned",
        "tool-busy",
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


def refusal_of(request: web.Request, error: Exception) -> Refusal:
    """Say in the wizard's words what went wrong in a call; what nobody expected goes to the log alone."""
    match error:
        case OmtError():
            told = told_error(error)
            made_from = told.model_dump(exclude={"code", "message", "remedy"})
            return Refusal(status_of(error), told.code, told.message, told.remedy, fields=made_from)
        case web.HTTPException():
            return unknown_call(error, f"The wizard has no such call: {error.reason}.", "Load the page anew.")
        case _:
            _log.error("a call failed: %s", _name(request), exc_info=error)
            refused = Refusal(
                500,
                "internal",
                "The tool failed in a way that it does not know.",
                "Try again; if that does not help, send the log file.",
            )
            refused.remedy = naming_log(refused.remedy)
            return refused


def _name(request: web.Request) -> str:
    """Return the call's name in the table: what stands in its place in an address is not for the log."""
    route = request.app[GATE].routes.of(request.match_info)
    return "a call that no route is known for" if route is None else f"{route.method} {route.path}"
