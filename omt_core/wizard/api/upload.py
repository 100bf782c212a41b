"""The upload, what it leaves behind, and what comes of it (W70-W82)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any, Final, Literal, cast

import anyio.to_thread
from aiohttp import web
from pydantic import Field

from omt_core.api.calls import Difference
from omt_core.api.files import temporary_folder
from omt_core.api.items import ItemState
from omt_core.api.language import Language
from omt_core.engine.report import write_report
from omt_core.engine.results.comparison import compare
from omt_core.engine.results.kept import kept_pair
from omt_core.engine.runner import Runner
from omt_core.engine.upload.missing import MissingFile, has_words, missing_csv
from omt_core.engine.upload.rate import parse_limit
from omt_core.engine.workspace import RECEIPT_FILE, REPORT_STEM
from omt_core.http import Refusal
from omt_core.wizard.api.request import RequestBody, answer, answer_state, body_as, controller_of, download, language_of
from omt_core.wizard.words import told_reasons, told_text

_PAGE: Final = 100
_LARGEST_PAGE: Final = 1_000
_STATES: Final = {
    "missing": ItemState.MISSING,
    "failed": ItemState.FAILED,
    "skipped": ItemState.SKIPPED,
}
_TYPES: Final = {"html": "text/html", "csv": "text/csv", "json": "application/json"}


class CancelRequest(RequestBody):
    """`POST /api/upload/cancel`: whether users are let in again on site."""

    thaw: bool = False


class LimitRequest(RequestBody):
    """`POST /api/upload/limit`: `5M` bytes per second, `off`, or a timetable of these."""

    rate: str = Field(max_length=400)


async def start(request: web.Request) -> web.Response:
    """Begin the upload, or go on with it."""
    await controller_of(request).start_upload()
    return answer_state(request)


async def pause(request: web.Request) -> web.Response:
    """Let what is in flight finish, and wait."""
    controller_of(request).upload.pause()
    return answer_state(request)


async def cancel(request: web.Request) -> web.Response:
    """Stop, so that it can be gone on with."""
    await controller_of(request).attempts.cancel(thaw=body_as(request, CancelRequest).thaw)
    return answer_state(request)


async def limit(request: web.Request) -> web.Response:
    """Limit the rate, also while it runs."""
    controller_of(request).upload.limit(parse_limit(body_as(request, LimitRequest).rate))
    return answer_state(request)


async def thaw(request: web.Request) -> web.Response:
    """Let the users in again on site."""
    await controller_of(request).attempts.thaw()
    return answer_state(request)


async def left_behind(request: web.Request) -> web.Response:
    """Return a page of the items that are missing, failed, or were left out, filtered by words, stage and reason."""
    wanted = request.query.get("limit", str(_PAGE))
    size = min(max(int(wanted), 1), _LARGEST_PAGE) if wanted.isdecimal() else _PAGE
    runner = controller_of(request).holder.runner
    words = [word.casefold() for word in request.query.get("text", "").split()]
    state, stage, reason = _state(request), request.query.get("stage", ""), request.query.get("reason", "")
    found: list[MissingFile] = []
    async for one in _left(runner, state, request.query.get("after", "")):
        if one.stage != (stage or one.stage) or one.reason != (reason or one.reason):
            continue
        if has_words("\n".join((one.key, one.name, one.reason, one.path, one.date, *one.candidates)), words):
            found.append(one)
            if len(found) == size:
                break
    following = f"{found[-1].stage}\t{found[-1].key}" if len(found) == size else None
    reasons = told_reasons(await runner.journal.items.reasons(state), runner.engine.host.codes)
    return answer({"items": found, "next": following, "reasons": reasons})


async def left_behind_csv(request: web.Request) -> web.Response:
    """Return all of them, as a file for a spreadsheet."""
    state = _state(request)
    found = [one async for one in _left(controller_of(request).holder.runner, state, "")]
    content = await anyio.to_thread.run_sync(missing_csv, found, language_of(request))
    return download(f"{state.value}-files.csv", content, "text/csv")


def _state(request: web.Request) -> ItemState:
    state = _STATES.get(request.query.get("state", ""))
    if state is None:
        raise Refusal(400, "state-unknown", "There is no such state.", f"Ask for one of {', '.join(_STATES)}.")
    return state


async def _left(runner: Runner, state: ItemState, after: str) -> AsyncIterator[MissingFile]:
    """Yield the items in a state that come after one, which is told by its stage and key."""
    stage, _, key = after.partition("\t")
    last = (stage, key) if stage else None
    while page := await runner.journal.items.page(state, after=last, limit=_LARGEST_PAGE):
        for record in page:
            yield MissingFile.of_record(record)
        last = (page[-1].stage, page[-1].key)


async def report(request: web.Request) -> web.Response:
    """Return the report as it stands, to be kept or looked at: in the language that is asked for, if it is known."""
    form = cast("Literal['html', 'csv', 'json']", request.match_info["form"])
    language = Language.of_tag(request.query.get("language", ""))
    with temporary_folder() as folder:
        output = folder / f"report.{form}"
        await write_report(controller_of(request).holder.runner.session, output, form, language=language)
        return download(output.name, output.read_bytes(), _TYPES[form])


async def comparison(request: web.Request) -> web.Response:
    """Return how this migration compares with the test before it; `null` where none is kept."""
    runner = controller_of(request).holder.runner
    now = runner.now
    pair = kept_pair(now.folder, now.decisions.kind)
    if pair is None:
        return answer(None)
    found = await compare(runner.engine, *pair, now.run, most=_LARGEST_PAGE)
    return answer({**asdict(found), "differences": [_told(one) for one in found.differences]})


def _told(one: Difference) -> dict[str, Any]:
    return {**asdict(one), **told_text("before", one.before), **told_text("after", one.after)}


async def earlier_report(request: web.Request) -> web.Response:
    """Return the report that an earlier run left, while this one has not uploaded anything."""
    file = controller_of(request).holder.runner.now.folder / f"{REPORT_STEM}.html"
    if not file.is_file():
        raise Refusal(404, "report-not-there", "There is no report yet.", "Complete the upload first.")
    return download(file.name, file.read_bytes(), "text/html")


async def receipt(request: web.Request) -> web.Response:
    """Return the receipt of the last import."""
    file = controller_of(request).holder.runner.now.folder / RECEIPT_FILE
    if not file.is_file():
        raise Refusal(404, "receipt-not-there", "There is no receipt yet.", "Complete the upload first.")
    return download(RECEIPT_FILE, file.read_bytes(), "application/json")
