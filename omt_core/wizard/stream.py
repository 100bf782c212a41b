"""Server-sent events: the page is told what happens, and after a cut line what it missed."""

from __future__ import annotations

from typing import Final

import anyio
from aiohttp import web

from omt_core.wizard.api.request import controller_of
from omt_core.wizard.security.gate import GATE

_STILL_HERE_EVERY: Final = 15.0
"""Seconds of silence after which a comment is sent, so that a dead line is noticed."""


async def events(request: web.Request) -> web.StreamResponse:
    """Tell what was missed since `Last-Event-ID`, else the whole state, then everything as it happens."""
    controller = controller_of(request)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    last = request.headers.get("Last-Event-ID")
    messages = controller.events.after(last)
    await response.prepare(request)
    if not controller.events.knows(last):
        await response.write(f"event: state\ndata: {controller.state()}\n\n".encode())
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_stay_alive, response)
            group.start_soon(_end_with_session, request.app[GATE].access.ended, group.cancel_scope)
            async for message in messages:
                await response.write(f"id: {message.id}\nevent: {message.event}\ndata: {message.data}\n\n".encode())
            group.cancel_scope.cancel()
    except* ConnectionError:  # the page was closed
        pass
    return response


async def _end_with_session(ended: anyio.Event, scope: anyio.CancelScope) -> None:
    await ended.wait()
    scope.cancel()


async def _stay_alive(response: web.StreamResponse) -> None:
    while True:
        await anyio.sleep(_STILL_HERE_EVERY)
        await response.write(b": still here\n\n")
