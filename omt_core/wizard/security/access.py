"""Who may use the wizard: whoever came by the launch link, for as long as a person uses it.

The link holds a token that works once and buys a cookie. On a terminal server all users share the loopback address, so
that nothing else tells them apart.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

import anyio

from omt_core.api.redaction import SECRETS
from omt_core.http import Refusal

TOKEN_BYTES: Final = 32
HOME_BYTES: Final = 16
FAILURES: Final = 10
"""How many wrong tokens within `FAILURE_SECONDS` are told from one another; the right one is always taken."""
FAILURE_SECONDS: Final = 60.0
LOOK_EVERY: Final = 5.0
"""Seconds between two looks whether the wizard has been idle for too long."""
_log = logging.getLogger("omt.wizard")


class Doorway(Protocol):
    """Tells the person who started the tool how to come in."""

    def show(self, way: str) -> None:
        """Show the link that ends in `way`, a path and a fragment with a launch token; an older one works no more."""
        ...

    def shut(self) -> None:
        """Take the link away wherever it was put: its token was used."""
        ...


class Access:
    """The launch token and the sessions that came of it. `clock` gives seconds, as `time.monotonic` does."""

    def __init__(
        self,
        doorway: Doorway,
        *,
        idle_seconds: float,
        busy: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.cookie_name: Final = f"omt-{secrets.token_hex(8)}"
        """Browsers share the cookies of all ports, so that another wizard's must not have the same name."""
        self.home: Final = f"/{secrets.token_urlsafe(HOME_BYTES)}"
        """The path below which all of the wizard lies. The cookie is for it alone: a browser would send it to the ports
        of other users of this machine too, but they do not know at which path to ask for it."""
        self.ended = anyio.Event()
        """Set when the sessions that are there now end; streams that are open must end with them."""
        self._doorway = doorway
        self._idle_seconds = idle_seconds
        self._busy = busy
        self._clock = clock
        self._launch: str | None = None
        self._sessions: list[bytes] = []
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._used_at = clock()
        SECRETS.add(self.home)

    def renew(self) -> None:
        """Make a launch token and have it shown; an older one works no more, sessions go on."""
        self._launch = secrets.token_urlsafe(TOKEN_BYTES)
        SECRETS.add(self._launch)
        self._doorway.show(f"{self.home}/#token={self._launch}")

    def exchange(self, token: str) -> str:
        """Return the value of a new session's cookie. Raises `Refusal` 401 or 429."""
        if self._launch is None or not _same(token, self._launch):
            raise self._wrong()
        self._launch = None
        self._doorway.shut()
        value = secrets.token_urlsafe(TOKEN_BYTES)
        SECRETS.add(value)
        self._sessions.append(_digest(value))
        self._used_at = self._clock()
        _log.info("a browser was let in")
        return value

    def holds(self, value: str | None) -> bool:
        """Tell whether this is the value of a living session's cookie."""
        self.look()
        digest = _digest(value or "")
        found = False
        for session in self._sessions:  # all of them, so that the time tells nothing about which
            found |= hmac.compare_digest(digest, session)
        return found

    def note_use(self) -> None:
        """Count the idle time from now: a person did something."""
        self._used_at = self._clock()

    def look(self) -> None:
        """End all sessions if nobody has used them for too long. What runs by itself is not idle."""
        if not self._sessions:
            return
        if self._busy():
            self._used_at = self._clock()
        elif self._clock() - self._used_at >= self._idle_seconds:
            _log.info("nobody used the wizard: all sessions end")
            self._sessions.clear()
            self.ended.set()
            self.ended = anyio.Event()
            self.renew()

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await anyio.sleep(LOOK_EVERY)
            self.look()

    def _wrong(self) -> Refusal:
        now = self._clock()
        if len(self._failures) == FAILURES and now - self._failures[0] < FAILURE_SECONDS:
            return Refusal(
                429,
                "too-many-tries",
                "Too many wrong links were tried.",
                "Press Enter where the tool runs, and open the link that it prints.",
                headers={"Retry-After": f"{FAILURE_SECONDS:.0f}"},
            )
        self._failures.append(now)
        _log.warning("a wrong launch token was refused")
        return Refusal(
            401,
            "launch-token-wrong",
            "This link does not open the wizard: it was used already, or it is not the newest.",
            "Go on in the window that it opened, or press Enter where the tool runs and open the link that it prints.",
        )


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(_digest(one), _digest(other))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
