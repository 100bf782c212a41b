"""Errors, classed by what the person at the keyboard can do about them.

Each error has a stable `code`, a `message` (what happened and what it means) and a `remedy` (what to do). The class
decides the exit code of a command. Text given to an error must not hold a secret.
"""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import ClassVar


class ExitCode(IntEnum):
    """What a command tells the shell."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    SOURCE = 3
    ONLINE = 4
    INTERNAL = 5
    INTERRUPTED = 130


class OmtError(Exception):
    """The base of all errors that a person is meant to read."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy


class InputError(OmtError):
    """Fix the input: options, answers, settings, or a workspace that another process holds."""

    exit_code = ExitCode.USAGE


class ChoiceNeededError(InputError):
    """Choose: the tool must not decide this by itself. `choices` are the values that may be given (W84)."""

    def __init__(self, code: str, message: str, remedy: str, *, choices: tuple[str, ...]) -> None:
        super().__init__(code, message, remedy)
        self.choices = choices


class OnlineNotNamedError(InputError):
    """Name the online side: the settings say nothing about it. Commands that can do without one then do."""


class FindingsError(OmtError):
    """Fix what the findings name: at least one of severity error stands and is not waived."""

    exit_code = ExitCode.FINDINGS


class InstallationError(OmtError):
    """Fix the installation: what was found on site cannot be read, logged on to, or is not what it was."""

    exit_code = ExitCode.SOURCE


class FolderAwayError(InstallationError):
    """Connect a folder again: it was there, and does not answer now, so that nothing can be said of the files in it.

    A stage raises it while it tells of its items: the transfer then pauses the stage, and asks it again once `folder`
    answers, or holds something again where it is `empty`. `shown` is what people on site call the folder.
    """

    def __init__(self, folder: Path, shown: str, why: str, *, empty: bool = False) -> None:
        super().__init__(
            "folder-away",
            f"The folder {shown} does not answer: {why}. Nothing in it is taken for missing.",
            "Connect the share or drive again, then run the same command again: it goes on from what was confirmed.",
        )
        self.folder = folder
        self.shown = shown
        self.why = why
        self.empty = empty


class SnapshotLostError(InstallationError):
    """Read the database anew: its one consistent view is gone, or a table was rebuilt under it.

    The tool does so once by itself, in a new snapshot.
    """


class OnlineError(OmtError):
    """Something at the online side or on the way there stops the run."""

    exit_code = ExitCode.ONLINE


class OnlineUnavailableError(OnlineError):
    """Try again: the online side did not answer, or said that it cannot now.

    `retry_after` is the number of seconds that it asked for, or None.
    """

    def __init__(self, code: str, message: str, remedy: str, *, retry_after: float | None = None) -> None:
        super().__init__(code, message, remedy)
        self.retry_after = retry_after


class OnlineRefusedError(OnlineError):
    """Trying again does not help: the online side understood and said no."""


class BodyRefusedError(OnlineRefusedError):
    """Send these bytes in smaller bodies, or without what is in them: something on the way took everything but them.

    A scanner, a filter or a proxy. `status` is what it answered in the online side's place: 413 for a body that is too
    long, 403, 406, 415 and 451 for what is in it; None where it cut the connection each time.
    """

    def __init__(self, code: str, message: str, remedy: str, *, status: int | None) -> None:
        super().__init__(code, message, remedy)
        self.status = status


class UploadLostError(OnlineError):
    """An upload is unknown online (expired, terminated, or the server lost it): create it anew."""


class UploadMismatchError(OnlineError):
    """What arrived is not what was announced, or the offset differs: ask for the offset and go on from there."""


class InterruptedRunError(OmtError):
    """The person stopped the run; all that was confirmed is journalled, and the same command goes on from there."""

    exit_code = ExitCode.INTERRUPTED


class PluginError(OmtError):
    """Report a bug: a plugin raised, timed out or answered nonsense. Names the plugin and the hook."""

    def __init__(self, code: str, message: str, remedy: str, *, plugin: str, hook: str) -> None:
        super().__init__(code, message, remedy)
        self.plugin = plugin
        self.hook = hook
