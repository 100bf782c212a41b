"""Which act may be done when, what the person waits for meanwhile, and which page comes after it: one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from omt_core.api.decisions import MigrationMode
from omt_core.engine.session import Snapshot
from omt_core.wizard.controller.document import Busy, Screen
from omt_core.wizard.controller.way.screens import after


class Act(StrEnum):
    """What a person may do."""

    START = "start"
    DETECT = "detect"
    ASK_FOR_ANSWERS = "ask-for-answers"
    CHOOSE_RECOVERY = "choose-recovery"
    LOG_IN = "log-in"
    CONFIRM = "confirm"
    GO_BACK = "go-back"
    DECIDE = "decide"
    START_UPLOAD = "start-upload"
    PLAN = "plan"
    CHECK_AGAIN = "check-again"
    SEND_AHEAD = "send-ahead"
    LEAVE_AHEAD = "leave-ahead"
    THAW = "thaw"
    CLOSE = "close"


def opened(now: Snapshot | None) -> Screen:
    """Return the page after the installation was opened: the mode is known from then on (W7)."""
    return Screen.RECOVERY if now is not None and now.mode is MigrationMode.RECOVERY else Screen.LOGIN


def logged_in(now: Snapshot | None) -> Screen:
    """Return the page after somebody logged on: a recovery may have no more to ask."""
    return Screen.LOGIN if now is None else after(Screen.LOGIN, now.mode, now.decisions.recovery)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """What an act comes to: what the person waits for while it lasts, and the page after it. None stays on the page.

    An act that waits for nothing may be done while another lasts. None of them may be done while the upload runs.
    """

    busy: Busy | None = None
    to: Screen | Callable[[Snapshot | None], Screen] | None = None


TRANSITIONS: Final[Mapping[Act, Transition]] = {
    Act.START: Transition(busy=Busy.OPENING, to=opened),
    Act.DETECT: Transition(busy=Busy.OPENING, to=opened),
    Act.ASK_FOR_ANSWERS: Transition(to=Screen.INSTALLATION),
    Act.CHOOSE_RECOVERY: Transition(to=Screen.LOGIN),
    Act.LOG_IN: Transition(busy=Busy.LOGGING_IN, to=logged_in),
    Act.CONFIRM: Transition(busy=Busy.READING_USERS, to=Screen.CHECKLIST),
    Act.GO_BACK: Transition(),
    Act.DECIDE: Transition(),
    Act.START_UPLOAD: Transition(busy=Busy.STARTING, to=Screen.UPLOAD),
    Act.PLAN: Transition(busy=Busy.STARTING),
    Act.CHECK_AGAIN: Transition(busy=Busy.STARTING),
    Act.SEND_AHEAD: Transition(busy=Busy.STARTING, to=Screen.AHEAD),
    Act.LEAVE_AHEAD: Transition(busy=Busy.READING_USERS, to=Screen.CHECKLIST),
    Act.THAW: Transition(busy=Busy.THAWING),
    Act.CLOSE: Transition(busy=Busy.CLOSING, to=Screen.CLOSED),
}
