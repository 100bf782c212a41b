"""Which events are worth a message: the end of an upload, a start that was not begun, a pause, a long silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from omt_core.api import Event, ExitCode, PhaseStarted, RunEnded, StageChanged, StageProgress, StageState
from omt_notify.message import Message, State

_UPLOAD: Final = "upload"
MOVES: Final = (PhaseStarted, StageChanged, StageProgress, RunEnded)
"""What shows that a run moves. A notice does not: that the tenant is gone is said again and again while it is."""


class Watch:
    """What was seen of the run that is under way. A run that uploads nothing, such as a check, is nobody's news."""

    def __init__(self, machine: str) -> None:
        self._machine = machine
        self._paused: set[str] = set()
        self._told_silence = False
        self.uploading = False
        """Whether an upload is under way."""

    def take(self, event: Event, at: datetime) -> Sequence[Message]:
        """Note an event, and return what is to be told because of it."""
        if isinstance(event, MOVES):
            self._told_silence = False
        if isinstance(event, PhaseStarted):
            self.uploading = self.uploading or event.phase == _UPLOAD
        elif isinstance(event, StageChanged):
            return self._stage(event, at)
        elif isinstance(event, RunEnded):
            return self._ended(event, at)
        return ()

    def stalled(self, last: datetime, seconds: float) -> Sequence[Message]:
        """Return what is to be told when nothing was heard for so long; once for each silence.

        While a folder is away that was told already, and nothing moves because of it.
        """
        if self._told_silence or self._paused or not self.uploading:
            return ()
        self._told_silence = True
        return (self._message("stalled", last + timedelta(seconds=seconds)),)

    def trial(self) -> Message:
        """Return the message that tells nothing."""
        return self._message("trial", datetime.now(UTC))

    def _stage(self, event: StageChanged, at: datetime) -> Sequence[Message]:
        if event.state is not StageState.PAUSED:
            self._paused.discard(event.stage)
            return ()
        first = not self._paused
        self._paused.add(event.stage)
        return (self._message("paused", at),) if first else ()

    def _ended(self, event: RunEnded, at: datetime) -> Sequence[Message]:
        uploaded, self.uploading = self.uploading, False
        self._paused.clear()
        if not (uploaded or (event.planned and event.error)):
            return ()
        return (
            self._message(
                _state(event, uploaded=uploaded),
                at,
                migration=event.migration,
                error=event.error,
                sent_files=event.sent_files,
                sent_bytes=event.sent_bytes,
                left_behind=event.left_behind,
            ),
        )

    def _message(self, state: State, at: datetime, **fields: object) -> Message:
        return Message(state=state, at=at, machine=self._machine, **fields)  # type: ignore[arg-type]  # fields of Message


def _state(event: RunEnded, *, uploaded: bool) -> State:
    if not uploaded:
        return "not-begun"
    if event.completed:
        return "completed"
    if event.exit_code == ExitCode.DONE:
        return "sent-ahead"  # an upload that ends well and completes nothing
    return "stopped" if event.exit_code == ExitCode.INTERRUPTED else "failed"
