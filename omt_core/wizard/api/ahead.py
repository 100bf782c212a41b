"""What is done ahead of the upload: an estimate, documents sent days before, a start that is planned for later."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from omt_core.wizard.api.request import RequestBody, answer, answer_state, body_as, controller_of


class PlanRequest(RequestBody):
    """`POST /api/upload/plan`: a time of day or a date with a time, of this machine."""

    at: str = Field(max_length=40)


async def plan(request: web.Request) -> web.Response:
    """Begin the upload later."""
    await controller_of(request).planned.plan(body_as(request, PlanRequest).at)
    return answer_state(request)


async def cancel_plan(request: web.Request) -> web.Response:
    """Take a planned start back, or what is said of one that did not come to be."""
    await controller_of(request).planned.cancel()
    return answer_state(request)


async def estimate(request: web.Request) -> web.Response:
    """Measure how long the upload will take, in the background."""
    controller_of(request).estimate.start()
    return answer_state(request)


async def look(request: web.Request) -> web.Response:
    """Return how much was sent ahead, or null."""
    return answer({"sent": await controller_of(request).documents.sent()})


async def send(request: web.Request) -> web.Response:
    """Send documents ahead, or go on with that."""
    await controller_of(request).documents.send()
    return answer_state(request)


async def leave(request: web.Request) -> web.Response:
    """Go back to the checklist."""
    await controller_of(request).documents.leave()
    return answer_state(request)
