"""Delivers messages in a thread of its own: no run waits for a mail server, and none fails because of one.

Python waits for this thread when the tool ends: the last message is the most important one. Tries are bounded.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from smtplib import SMTPRecipientsRefused
from threading import Lock
from typing import Final

from omt_core.api import OmtError
from omt_notify.mail import send_mail, what_failed
from omt_notify.message import Message
from omt_notify.settings import NotifySettings
from omt_notify.webhook import post_webhook

_log = logging.getLogger("omt.notify")
Send = Callable[[Message, NotifySettings], None]
STILL_TRIED: Final = "still-tried"
"""Why a message is not told yet, where a run ends before its last try."""
_WAITING: Final = 50
"""So many messages wait at most; a flood is dropped, and said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """A message that could not be delivered: its state, the way that it should go, and why not, in words."""

    state: str
    way: str
    why: str


class Delivery:
    """The thread. `pause` is how tries wait; tests have their own."""

    def __init__(self, settings: NotifySettings, pause: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._pause = pause
        self._thread: ThreadPoolExecutor | None = None
        self._lock = Lock()
        self._waiting: dict[Future[None], Message] = {}
        self._untold: list[Untold] = []

    def tell(self, message: Message) -> None:
        """Have a message delivered by every way that is set; returns at once."""
        if self._settings.silent:
            return
        with self._lock:
            if len(self._waiting) >= _WAITING:
                _log.warning("too many messages wait: %s is not told", message.state)
                return
            if self._thread is None:
                self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="notify")
            delivered = self._thread.submit(self._deliver, message)
            self._waiting[delivered] = message
        delivered.add_done_callback(self._done)

    def settle(self, seconds: float | None = None) -> tuple[Untold, ...]:
        """Wait until everything is delivered or given up, and return what could not be told. Blocking.

        After so many seconds what is still tried is returned as well; it is tried on.
        """
        with self._lock:
            waiting = dict(self._waiting)
        _, late = wait(waiting, seconds)
        tried = tuple(
            Untold(state=waiting[one].state, way=" and ".join(way for way, _ in self._ways()), why=STILL_TRIED)
            for one in waiting
            if one in late
        )
        return (*self.take_untold(), *tried)

    def take_untold(self) -> tuple[Untold, ...]:
        """Return what could not be told so far, each once."""
        with self._lock:
            untold, self._untold = tuple(self._untold), []
        return untold

    def _done(self, delivered: Future[None]) -> None:
        with self._lock:
            self._waiting.pop(delivered, None)

    def _ways(self) -> Sequence[tuple[str, Send]]:
        """Return the ways that are set, with what sends a message by each."""
        ways: list[tuple[str, Send]] = []
        if self._settings.smtp_host is not None:
            ways.append(("e-mail", send_mail))
        if self._settings.webhook is not None:
            ways.append(("webhook", post_webhook))
        return ways

    def _deliver(self, message: Message) -> None:
        for way, send in self._ways():
            self._try(message, way, send)

    def _try(self, message: Message, way: str, send: Send) -> None:
        why, settings = "", self._settings
        for attempt in range(self._settings.tries):
            if attempt:
                self._pause(self._settings.retry_seconds * 2 ** (attempt - 1))
            try:
                send(message, settings)
            except OmtError as error:  # a secret that is not there will not be there the next time
                why = error.code
                break
            except SMTPRecipientsRefused as error:  # whoever was not refused has it, and gets it once
                why = what_failed(error)
                settings = settings.model_copy(update={"recipients": tuple(error.recipients)})
            except Exception as error:  # noqa: BLE001 - whatever a server or a library does, the run must not hear of it
                why = what_failed(error)
            else:
                _log.info("told by %s: %s", way, message.state)
                return
        _log.warning("could not be told by %s: %s (%s)", way, message.state, why)
        with self._lock:
            self._untold.append(Untold(state=message.state, way=way, why=why))
