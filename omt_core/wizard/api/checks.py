"""Notifications and checks: every finding of every plugin (W39, W69)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from pydantic import Field

from omt_core.api.decisions import EmailAddress, Notifications, Waiver
from omt_core.api.findings import Finding
from omt_core.documentation import read_page
from omt_core.engine.checks import DOCUMENTS, PLANS, standing_errors
from omt_core.engine.findings import is_waived, may_be_waived, unconfirmed, waiver_of
from omt_core.engine.results.findings_files import findings_csv, findings_json
from omt_core.engine.session import Snapshot
from omt_core.engine.upload.missing import MissingList
from omt_core.http import Refusal
from omt_core.wizard.api.request import RequestBody, answer, answer_state, body_as, controller_of, download, language_of
from omt_core.wizard.words import in_wizard, told_finding, told_reasons

_PAGE: Final = 50
_LARGEST_PAGE: Final = 1_000


class NotificationsRequest(RequestBody):
    """`POST /api/notifications`; `summary` is None when no summary is wanted."""

    welcome: bool
    summary: EmailAddress | None = None


class RunRequest(RequestBody):
    """`POST /api/checks/run`: the name of one plugin, or None for all."""

    plugin: str | None = None


class WaiveRequest(RequestBody):
    """`POST /api/checks/waive`."""

    code: str = Field(min_length=1, max_length=5_000)
    waived: bool
    reason: str = Field(default="", max_length=1_000)


async def notify(request: web.Request) -> web.Response:
    """Decide who is told afterwards."""
    given = body_as(request, NotificationsRequest)
    await controller_of(request).checklist.notify(Notifications(welcome=given.welcome, summary=given.summary))
    return answer_state(request)


async def look(request: web.Request) -> web.Response:
    """Return all findings with what may be done about them, and the plugins that look for some."""
    controller = controller_of(request)
    runner = controller.holder.runner
    host, now = runner.engine.host, runner.now
    waivers = now.waived
    of_test = unconfirmed(now.findings, now.decisions.waivers, now.kind)
    standing = set(standing_errors(runner.engine, now))
    names = await _Names.of(now)
    findings = [
        {
            **told_finding(finding).model_dump(mode="json"),
            "named": names.about(finding),
            "waived": is_waived(finding, waivers, host.codes),
            "reason": _reason(finding, waivers) or "",
            "reason_of_test": _reason(finding, of_test),
            "waivable": may_be_waived(finding, host.codes),
            "blocking": finding in standing,
            "files": names.listed(finding),
        }
        for finding in now.findings
    ]
    plugins = [
        {"name": plugin.name, "version": plugin.version, "state": plugin.state.value, "detail": plugin.problem or ""}
        for plugin in host.plugins
    ]
    return answer({"findings": findings, "plugins": plugins, "waivers": sorted(one.names for one in waivers)})


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of what findings are about: a person knows users and files by these, not by logins and numbers."""

    now: Snapshot
    users: Mapping[str, str]
    files: Mapping[tuple[str, str], str]
    reasons: Mapping[str, int]

    @classmethod
    async def of(cls, now: Snapshot) -> _Names:
        """Look up all users, and as many missing files as findings list."""
        page = await MissingList(now.folder).page(limit=_LARGEST_PAGE)
        return cls(
            now,
            {user.login: user.full_name for user in now.users if user.full_name},
            {(one.reason, one.key): one.name for one in page.files if one.name != one.key},
            page.reasons,
        )

    def about(self, finding: Finding) -> Mapping[str, Mapping[str, str | None]]:
        """Return, by subject, what it is called, and the window where one decides about it."""
        now = self.now
        if finding in now.found.get(DOCUMENTS, ()):
            known = {subject: self.files.get((finding.code, subject)) for subject in finding.subjects}
            return {subject: {"name": name, "window": None} for subject, name in known.items() if name}
        window = "plans" if finding in now.found.get(PLANS, ()) else "user-names"
        known = {subject: self.users.get(subject) for subject in finding.subjects}
        return {subject: {"name": name, "window": window} for subject, name in known.items() if name}

    def listed(self, finding: Finding) -> int:
        """Return how many files of the list of missing ones a finding is about."""
        return self.reasons.get(finding.code, 0) if finding in self.now.found.get(DOCUMENTS, ()) else 0


def _reason(finding: Finding, waivers: Sequence[Waiver]) -> str | None:
    about = waiver_of(finding, waivers)
    return None if about is None else about.reason


async def missing(request: web.Request) -> web.Response:
    """Return a page of the files that the checks found missing, filtered by words."""
    runner = controller_of(request).holder.runner
    start, limit = request.query.get("start", ""), request.query.get("limit", "")
    page = await MissingList(runner.now.folder).page(
        request.query.get("text", ""),
        reason=request.query.get("reason", ""),
        start=int(start) if start.isdecimal() else 0,
        limit=min(int(limit), _LARGEST_PAGE) if limit.isdecimal() else _PAGE,
    )
    reasons = told_reasons(page.reasons, runner.engine.host.codes)
    return answer({"items": page.files, "matching": page.matching, "all": page.all, "reasons": reasons})


async def missing_csv(request: web.Request) -> web.Response:
    """Return all files that the checks found missing, as a file for a spreadsheet."""
    content = await MissingList(controller_of(request).holder.runner.now.folder).csv(language_of(request))
    return download("missing-files.csv", content, "text/csv")


async def give(request: web.Request) -> web.Response:
    """Return all findings as a file, to be worked off or read by a program."""
    runner = controller_of(request).holder.runner
    if request.match_info["form"] == "json":
        return download("findings.json", findings_json(runner.engine, runner.now), "application/json")
    content = findings_csv(runner.engine, runner.now, language_of(request))
    return download("findings.csv", content, "text/csv")


async def run(request: web.Request) -> web.Response:
    """Ask the rules again, in the background."""
    controller_of(request).checks.run(body_as(request, RunRequest).plugin)
    return answer_state(request)


async def waive(request: web.Request) -> web.Response:
    """Let a finding stop the upload no more, or again."""
    given, controller = body_as(request, WaiveRequest), controller_of(request)
    await controller.checks.waive(given.code, waived=given.waived, reason=given.reason)
    controller.changed()
    return answer_state(request)


async def code(request: web.Request) -> web.Response:
    """Return what a finding's code stands for, as its page in the documentation says it."""
    known = controller_of(request).opener.app.host.codes.get(request.match_info["code"])
    if known is None:
        raise Refusal(404, "code-unknown", "There is no such code.", "Load the page anew.")
    return answer(
        {
            "code": known.code,
            "severity": known.severity,
            "plugin": known.plugin,
            "meaning": in_wizard(known.meaning),
            "remedy": in_wizard(known.remedy),
            "waivable": known.waivable,
            "documented": read_page(f"reference/findings/{known.code}") is not None,
        }
    )
