"""The phases of a run: the boxes of the step bar (W2, W3), and which of them each mode has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from omt_core.api.decisions import MigrationMode, RecoveryChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase: its stable name, what a person calls it, and the phases that must have ended before it begins."""

    name: str
    title: str
    after: tuple[str, ...] = ()


WELCOME: Final = Phase(name="welcome", title="Welcome")
RECOVERY: Final = Phase(name="recovery", title="Recovery", after=("welcome",))
LOGIN: Final = Phase(name="login", title="Login", after=("welcome",))
CONFIRM: Final = Phase(name="confirm", title="Confirm", after=("login",))
CHECKLIST: Final = Phase(name="checklist", title="Checklist", after=("login",))
UPLOAD: Final = Phase(name="upload", title="Upload", after=("login",))
COMPLETE: Final = Phase(name="complete", title="Complete", after=("upload",))

_FIRST: Final = (WELCOME, LOGIN, CONFIRM, CHECKLIST, UPLOAD, COMPLETE)
_MISSING: Final = (WELCOME, RECOVERY, LOGIN, UPLOAD, COMPLETE)
_OVERWRITE: Final = (WELCOME, RECOVERY, LOGIN, CONFIRM, CHECKLIST, UPLOAD, COMPLETE)


def phases_of(mode: MigrationMode, choice: RecoveryChoice | None) -> tuple[Phase, ...]:
    """Return the phases in their order. Overwriting an earlier test is a full run with all its checks (W88)."""
    if mode is MigrationMode.INITIAL:
        return _FIRST
    return _OVERWRITE if choice is RecoveryChoice.OVERWRITE_TEST else _MISSING
