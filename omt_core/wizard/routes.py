"""The one table of calls: the server is made from it, and the test that walks all of them too."""

from __future__ import annotations

from typing import Final

from omt_core.http import Handler
from omt_core.wizard.api import (
    ahead,
    checks,
    documentation,
    installation,
    machine,
    pages,
    settings,
    support,
    upload,
    users,
    words,
)
from omt_core.wizard.route import Route
from omt_core.wizard.security.exchange import exchange
from omt_core.wizard.stream import events


def _get(path: str, handler: Handler) -> Route:
    return Route(method="GET", path=path, handler=handler)


def _post(path: str, handler: Handler, *, csv: bool = False) -> Route:
    return Route(method="POST", path=path, handler=handler, csv=csv)


ROUTES: Final[tuple[Route, ...]] = (
    Route(method="POST", path="/api/exchange", handler=exchange, open=True),
    Route(method="GET", path="/api/events", handler=events, background=True),
    _get("/api/state", pages.look),
    _get("/api/machine", machine.look),
    _get("/api/words/{language:[a-z]{2}}", words.look),
    _post("/api/start", pages.start),
    _post("/api/recovery", pages.recovery),
    _post("/api/login", pages.login),
    _post("/api/confirm", pages.confirm),
    _post("/api/previous", pages.previous),
    _post("/api/close", pages.close),
    _get("/api/installation", installation.look),
    _post("/api/installation", installation.detect),
    _post("/api/installation/ask", installation.ask),
    _post("/api/installation/import", installation.take_file),
    _post("/api/installation/export", installation.give_file),
    _get("/api/folders", installation.folders),
    _get("/api/users", users.look),
    _get("/api/photos/{photo:[0-9]{1,12}}", users.photo),
    _post("/api/plans", users.change_plans),
    _post("/api/plans/done", users.plans_done),
    _get("/api/plans.csv", users.give_plans),
    _post("/api/plans/csv", users.take_plans, csv=True),
    _post("/api/user-names", users.change_user_names),
    _post("/api/user-names/done", users.user_names_done),
    _get("/api/user-names.csv", users.give_user_names),
    _post("/api/user-names/csv", users.take_user_names, csv=True),
    _post("/api/notifications", checks.notify),
    _get("/api/checks", checks.look),
    _get("/api/checks/missing", checks.missing),
    _get("/api/checks/missing.csv", checks.missing_csv),
    _get("/api/findings.{form:csv|json}", checks.give),
    _post("/api/checks/run", checks.run),
    _post("/api/checks/waive", checks.waive),
    _get("/api/codes/{code:[a-z0-9-]{1,100}}", checks.code),
    _post("/api/upload/start", upload.start),
    _post("/api/upload/plan", ahead.plan),
    _post("/api/upload/plan/cancel", ahead.cancel_plan),
    _post("/api/estimate", ahead.estimate),
    _get("/api/ahead", ahead.look),
    _post("/api/ahead/send", ahead.send),
    _post("/api/ahead/leave", ahead.leave),
    _post("/api/upload/pause", upload.pause),
    _post("/api/upload/cancel", upload.cancel),
    _post("/api/upload/limit", upload.limit),
    _get("/api/upload/left-behind", upload.left_behind),
    _get("/api/upload/left-behind.csv", upload.left_behind_csv),
    _post("/api/thaw", upload.thaw),
    _get("/api/report.{form:html|csv|json}", upload.report),
    _get("/api/report/earlier.html", upload.earlier_report),
    _get("/api/receipt", upload.receipt),
    _get("/api/comparison", upload.comparison),
    _get("/api/support", support.look),
    _get("/api/support.zip", support.give),
    _get(documentation.PATH, documentation.look),
    _get("/api/settings", settings.look),
    _post("/api/settings", settings.change),
)
"""All calls but the files of the page, which are listed at start."""
