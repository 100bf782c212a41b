"""The plugin's hooks."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import ClassVar, Final

import anyio.to_thread
from typing_extensions import override

from omt_core.api import (
    USAGE,
    Command,
    CommandContext,
    ErrorCode,
    ExitCode,
    Finding,
    FindingCode,
    FindingRaised,
    InputError,
    OmtError,
    OnlineUnavailableError,
    Plugin,
    PluginSettings,
    RunEnded,
    Severity,
    calls,
    hookimpl,
    sentence,
)
from omt_notify.delivery import Delivery, Untold
from omt_notify.message import this_machine
from omt_notify.settings import NotifySettings
from omt_notify.watch import MOVES, Watch
from omt_notify.webhook import WEBHOOK_NOT_SAFE

MESSAGE_NOT_TOLD: Final = FindingCode(
    code="message-not-told",
    severity=Severity.WARNING,
    plugin="notify",
    meaning="A message about the migration could not be delivered. The migration itself goes on and is as it says.",
    remedy="Look at the section [notify] of the settings, and send a trial with `omt notify --test`.",
)
NOBODY_TO_TELL: Final = ErrorCode(
    code="notify-not-set",
    kind=InputError,
    meaning="The settings name nobody to be told: neither a mail server nor a webhook.",
    remedy="Set notify.smtp_host with sender and recipients, or notify.webhook.",
)
TRIAL_NOT_TOLD: Final = ErrorCode(
    code="trial-not-told",
    kind=OnlineUnavailableError,
    meaning="The trial could not be delivered.",
    remedy="Check address, port, security, user and password in the section [notify] of the settings, and try again.",
)


_PATIENCE: Final = 60.0
"""Seconds that the end of a run waits for its message, so that its result can say that nobody was told."""


class NotifyPlugin(Plugin):
    """Tells somebody; observes and changes nothing. It is silent until `[notify]` names somebody."""

    settings_model: ClassVar[type[PluginSettings]] = NotifySettings

    def __init__(self, settings: NotifySettings) -> None:
        super().__init__(settings)
        self._settings = settings
        self._delivery = Delivery(settings)
        self._watch = Watch(this_machine())
        self._alarm: asyncio.TimerHandle | None = None

    @hookimpl
    @override
    def add_commands(self) -> Sequence[Command]:
        return (
            Command(
                name="notify",
                help="tell of migrations by e-mail or webhook; --test sends a trial",
                configure=_configure,
                run=self._trial,
            ),
        )

    @hookimpl
    @override
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (MESSAGE_NOT_TOLD,)

    @hookimpl
    @override
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        return (NOBODY_TO_TELL, TRIAL_NOT_TOLD, WEBHOOK_NOT_SAFE)

    @hookimpl
    @override
    async def observe(self, call: calls.Observe) -> None:
        if self._settings.silent:
            return
        for message in self._watch.take(call.event, call.at):
            self._delivery.tell(message)
        if isinstance(call.event, MOVES):
            self._set_alarm(call.at)
        if isinstance(call.event, RunEnded):
            # No phase comes any more, and the log is closed next: what cannot be told now would never be said.
            settle = partial(self._delivery.settle, _PATIENCE)
            for untold in await anyio.to_thread.run_sync(settle, abandon_on_cancel=True):
                call.run.emit(FindingRaised(finding=_finding(untold)))

    @hookimpl
    @override
    async def after_phase(self, call: calls.AroundPhase) -> None:
        for untold in self._delivery.take_untold():
            call.run.emit(FindingRaised(finding=_finding(untold)))

    def _set_alarm(self, at: datetime) -> None:
        """Ring when nothing has moved for long while the upload runs; whatever moves sets the clock anew."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._watch.uploading:
            seconds = 60 * self._settings.tenant_gone_minutes
            self._alarm = asyncio.get_running_loop().call_later(seconds, self._stalled, at, seconds)

    def _stalled(self, last: datetime, seconds: float) -> None:
        for message in self._watch.stalled(last, seconds):
            self._delivery.tell(message)

    async def _trial(self, context: CommandContext, options: argparse.Namespace) -> int:
        """Send a trial, and say what came of it. Raises `notify-not-set` or `trial-not-told`."""
        if not options.test:
            raise USAGE.error(sentence("Nothing to do."), remedy=sentence("Give --test to send a trial."))
        if self._settings.silent:
            raise NOBODY_TO_TELL.error()
        delivery = Delivery(self._settings.model_copy(update={"tries": 1}))
        delivery.tell(self._watch.trial())
        untold = await anyio.to_thread.run_sync(delivery.settle)
        if untold:
            raise TRIAL_NOT_TOLD.error(
                sentence("The trial could not be delivered by {way}: {why}.", way=untold[0].way, why=untold[0].why)
            )
        context.print(sentence("The trial was handed over; look whether it arrived."))
        return context.finish(ExitCode.DONE)


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--test", action="store_true", help="send a trial by every way that is set")


def _finding(untold: Untold) -> Finding:
    return MESSAGE_NOT_TOLD.finding(
        sentence(
            "The message that says {state} could not be delivered by {way}: {why}.",
            state=untold.state,
            way=untold.way,
            why=untold.why,
        ),
        (untold.state,),
    )
