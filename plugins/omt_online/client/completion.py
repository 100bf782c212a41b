"""Completion: asked for once, then watched until the tenant has verified and imported everything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Final

import anyio

from omt_core.api import CompletionProgress
from omt_online.client.answers import CompletionAnswer
from omt_online.client.failures import completion_failed
from omt_online.client.session import TenantSession

_HOLD: Final = 1
"""Seconds for which the tenant is asked to keep an answer back until the completion is over."""

_FIRST_WAIT: Final = 0.05
_LONGER: Final = 1.6
_PREFERENCE: Final[Mapping[str, str]] = {"Prefer": f"wait={_HOLD}"}


class CompletionPolls:
    """Remembers what was asked for: whoever calls again after the line broke goes on watching, and starts nothing."""

    def __init__(self, session: TenantSession, path: str, claim: Mapping[str, str], longest_wait: float) -> None:
        self._session = session
        self._path = path
        self._claim = claim
        self._longest_wait = longest_wait
        self._asked: Mapping[str, object] | None = None

    async def until_done(self, request: Mapping[str, object] | None) -> AsyncIterator[CompletionProgress]:
        """Ask for completion and yield each step; raises `OnlineRefusedError` when the tenant says no.

        With None nothing is asked for: what is under way is watched, and nothing is yielded where nothing is.
        """
        if request is not None and self._asked != request:
            await self._session.send("POST", self._path, json=request, headers=self._claim)
            self._asked = request
        wait, told = _FIRST_WAIT, None
        while True:
            asked = anyio.current_time()
            answer = await self._session.ask(
                CompletionAnswer, "GET", self._path, headers={**self._claim, **_PREFERENCE}
            )
            if answer.state == "failed" or answer.state == "none":  # noqa: PLR1714 - narrows the type
                self._asked = None
                if request is None:
                    return
                raise completion_failed(answer.error)
            if answer != told:
                wait, told = _FIRST_WAIT, answer
                yield CompletionProgress(state=answer.state, done=answer.done, total=answer.total, detail=answer.detail)
            if answer.state == "done":
                self._asked = None
                return
            if anyio.current_time() - asked >= _HOLD:
                continue
            # This tenant keeps nothing back.
            await anyio.sleep(wait)
            wait = min(wait * _LONGER, self._longest_wait)
