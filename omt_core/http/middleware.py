"""What stands before and behind every call: the guard, and what turns whatever goes wrong into an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from omt_core.http.refusal import Refusal

Check: TypeAlias = Callable[[web.Request], Awaitable[None]]
Words: TypeAlias = Callable[[web.Request, Exception], Refusal]


def guard(check: Check) -> Middleware:
    """Let a request through to its call unless the check raises a `Refusal`; unknown calls are checked as well."""

    @web.middleware
    async def guarding(request: web.Request, handler: Handler) -> web.StreamResponse:
        await check(request)
        return await handler(request)

    return guarding


def tell_errors(words: Words) -> Middleware:
    """Answer every error in JSON.

    `words` says what anything but a `Refusal` is answered with, also errors that nobody expected: no text of such an
    exception may reach the other end, and it is its place to log them.
    """

    @web.middleware
    async def telling(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refusal as refusal:
            return refusal.answer()
        except ConnectionError:  # the other end went away; aiohttp knows what to do
            raise
        except Exception as error:  # noqa: BLE001 - the last place where it can be told and logged
            return words(request, error).answer()

    return telling
