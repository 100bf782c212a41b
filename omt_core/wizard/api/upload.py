"""The upload, what it leaves behind, and what comes of it (W70-W82)."""

from __future__ import annotations

from typing import Final, Literal, cast

from aiohttp import web
from pydantic import Field

from omt_core.api.files import temporary_folder
from omt_core.api.items import ItemState
from omt_core.engine.report import write_report
from omt_core.engine.upload.rate import parse_rate
from omt_core.engine.workspace import RECEIPT_FILE
from omt_core.http import Refusal
from omt_core.wizard.api.request import RequestBody, answer, answer_state, body_as, controller_of, download

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
    """`POST /api/upload/limit`: `5M` bytes per second, or `off`."""

    rate: str = Field(max_length=20)


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
    await controller_of(request).cancel_upload(thaw=body_as(request, CancelRequest).thaw)
    return answer_state(request)


async def limit(request: web.Request) -> web.Response:
    """Limit the rate, also while it runs."""
    controller_of(request).upload.limit(parse_rate(body_as(request, LimitRequest).rate))
    return answer_state(request)


async def thaw(request: web.Request) -> web.Response:
    """Let the users in again on site."""
    await controller_of(request).thaw()
    return answer_state(request)


async def left_behind(request: web.Request) -> web.Response:
    """Return a page of the items that are missing, failed, or were left out."""
    state = _STATES.get(request.query.get("state", ""))
    if state is None:
        raise Refusal(400, "state-unknown", "There is no such state.", f"Ask for one of {', '.join(_STATES)}.")
    wanted = request.query.get("limit", str(_PAGE))
    size = min(max(int(wanted), 1), _LARGEST_PAGE) if wanted.isdecimal() else _PAGE
    runner = controller_of(request).holder.runner
    stage, _, key = request.query.get("after", "").partition("\t")
    page = await runner.journal.items.page(state, after=(stage, key) if stage else None, limit=size)
    following = f"{page[-1].stage}\t{page[-1].key}" if len(page) == size else None
    codes = runner.engine.host.codes
    items = [
        {
            "stage": record.stage,
            "key": record.key,
            "name": record.name,
            "size": record.size,
            "reason": record.reason,
            "meaning": codes[record.reason].meaning if record.reason in codes else "",
        }
        for record in page
    ]
    return answer({"items": items, "next": following})


async def report(request: web.Request) -> web.Response:
    """Return the report as it stands, to be kept or looked at."""
    form = cast("Literal['html', 'csv', 'json']", request.match_info["form"])
    with temporary_folder() as folder:
        output = folder / f"report.{form}"
        await write_report(controller_of(request).holder.runner.session, output, form)
        return download(output.name, output.read_bytes(), _TYPES[form])


async def receipt(request: web.Request) -> web.Response:
    """Return the receipt of the last import."""
    file = controller_of(request).holder.runner.now.folder / RECEIPT_FILE
    if not file.is_file():
        raise Refusal(404, "receipt-not-there", "There is no receipt yet.", "Complete the upload first.")
    return download(RECEIPT_FILE, file.read_bytes(), "application/json")
