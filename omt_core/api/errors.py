"""Errors, classed by what the person at the keyboard can do about them, and the catalogue of their codes.

Each error has a stable `code`, a `message` (what happened and what it means) and a `remedy` (what to do). The class
decides the exit code of a command. Text given to an error must not hold a secret.

An error is made by its `ErrorCode`, as a finding is by its `FindingCode`: `raise FOLDER_NOT_SET.error()`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import ClassVar, Final, Generic, TypeVar, cast

from omt_core.api.sentence import Sentence, sentence


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

    A stage raises it (`folder_away`) while it tells of its items: the transfer then pauses the stage, and asks it again
    once `folder` answers, or holds something again where it is `empty`. `shown` is what people on site call the folder.
    """

    def __init__(
        self, code: str, message: str, remedy: str, *, folder: Path, shown: str, why: str, empty: bool = False
    ) -> None:
        super().__init__(code, message, remedy)
        self.folder = folder
        self.shown = shown
        self.why = why
        self.empty = empty


class SnapshotLostError(InstallationError):
    """Read the database anew: its one consistent view is gone, or a table was rebuilt under it.

    An upload does so by itself, in a new snapshot, as often as the setting `core.snapshots` lets it.
    """


class FreezeLiftedError(InstallationError):
    """Keep users out again, and read the database anew: they were let in on site since it was frozen."""


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


E_co = TypeVar("E_co", bound=OmtError, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode(Generic[E_co]):
    """An entry of the catalogue: a stable code, in words joined by hyphens, and what it stands for.

    `kind` is the class of the errors, which decides the exit code. `meaning` says what happened and why it matters,
    `remedy` what to do, both in sentences: `docs/reference/errors.md` is made from these, so they are written for the
    migrator. Whoever raises it registers it by `add_error_codes`.
    """

    code: str
    kind: type[E_co]
    meaning: str
    remedy: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "meaning", Sentence(self.meaning, {}))
        object.__setattr__(self, "remedy", Sentence(self.remedy, {}))

    def error(self, message: str | None = None, *, remedy: str | None = None, **fields: object) -> E_co:
        """Make the error, to be raised: `message` is what happened in this case, where more can be said than `meaning`.

        `remedy` takes the place of the usual one where this case needs another; `sentence` makes either. `fields` are
        those that errors of this kind have beside their words: `choices`, `retry_after`, `status`.
        """
        make = cast("Callable[..., E_co]", self.kind)
        words = self.meaning if message is None else message, self.remedy if remedy is None else remedy
        return make(self.code, *words, **fields)


DATABASE_TABLE_MISSING: Final = ErrorCode(
    code="database-table-missing",
    kind=InstallationError,
    meaning="The database lacks a table that is needed.",
    remedy="Check that the table prefix is right and that the database user may read all tables of the CRM.",
)
DRIVE_NOT_THERE: Final = ErrorCode(
    code="drive-not-there",
    kind=InputError,
    meaning="The drive or share of a path is not there, or not for the account that runs the tool.",
    remedy="Check the path, and that the disk is connected. A drive that is mapped to a share is not seen by a program"
    r" that was started as administrator or by another account: give the path on the share (\\server\share\...).",
)
FOLDER_AWAY: Final = ErrorCode(
    code="folder-away",
    kind=FolderAwayError,
    meaning="A folder that was there does not answer now. Nothing in it is taken for missing.",
    remedy="Connect the share or drive again, then run the same command again: it goes on from what was confirmed."
    " Where all that it held was deleted on purpose, make the folder again if it is gone, and waive"
    " what the checks of a recovery say of it.",
)
ONLINE_NOT_NAMED: Final = ErrorCode(
    code="online-not-named",
    kind=OnlineNotNamedError,
    meaning="No online side is named, and what was asked for needs one.",
    remedy="Give online.url and online.token_file.",
)
SECRET_NOT_FOUND: Final = ErrorCode(
    code="secret-not-found",
    kind=InputError,
    meaning="The place that is named for a secret holds none.",
    remedy="Put the secret there, or name another place.",
)
TEXT_NOT_READABLE: Final = ErrorCode(
    code="text-not-readable",
    kind=InputError,
    meaning="A file is no text in an encoding that the tool knows.",
    remedy="Save it in UTF-8; most editors ask for the encoding when a file is saved under another name.",
)
USAGE: Final = ErrorCode(
    code="usage",
    kind=InputError,
    meaning="The command was not given as it is used.",
    remedy="See the command's --help.",
)
WORKSPACE_NOT_WRITABLE: Final = ErrorCode(
    code="workspace-not-writable",
    kind=InputError,
    meaning="A file or folder of the workspace cannot be written: the disk is full, or a right is missing.",
    remedy="Make room and mend the rights in the workspace, then run the same command again.",
)

API_ERROR_CODES: Final = (
    DATABASE_TABLE_MISSING,
    DRIVE_NOT_THERE,
    FOLDER_AWAY,
    ONLINE_NOT_NAMED,
    SECRET_NOT_FOUND,
    TEXT_NOT_READABLE,
    USAGE,
    WORKSPACE_NOT_WRITABLE,
)
"""The host registers these: a plugin raises them without naming them again."""


def folder_away(folder: Path, shown: str, why: str, *, empty: bool = False) -> FolderAwayError:
    """Make the error that pauses a stage until `folder` answers again; see `FolderAwayError`."""
    message = sentence(
        "The folder {shown} does not answer: {why}. Nothing in it is taken for missing.", shown=shown, why=why
    )
    return FOLDER_AWAY.error(message, folder=folder, shown=shown, why=why, empty=empty)
