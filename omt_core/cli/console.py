"""What a command prints: for a person lines and a table, for a program one JSON object per line."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final, TextIO

import anyio.to_thread
from rich.console import Console as RichConsole
from rich.text import Text
from typing_extensions import override

from omt_core.api.errors import OmtError, PluginError
from omt_core.api.events import Event, EventSink, FindingRaised, HookCalled, Notice
from omt_core.api.findings import Finding, Severity
from omt_core.api.language import Language, translated
from omt_core.api.redaction import SECRETS
from omt_core.api.sentence import Sentence, parts_of, sentence
from omt_core.api.text import one_line
from omt_core.cli.output import Output, behind
from omt_core.engine.result import FindingLine, Result
from omt_core.engine.workspace import data_folder
from omt_core.logs import naming_log
from omt_core.plugin_host import EventHub

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_SEVERITY = {
    Severity.ERROR: sentence("error"),
    Severity.WARNING: sentence("warning"),
    Severity.INFO: sentence("info"),
}
_log = logging.getLogger("omt.run")
_NARROWEST: Final = 20
"""Columns beside what a line is indented by, below which it is left to the terminal."""


def by_word(console: RichConsole, text: Text) -> Text:
    """Return a line as it is told on this console: on a terminal in as many lines as it takes, each as far in.

    A word that is longer than a line stays whole, so that a path can be copied. What is no terminal gets one line.
    """
    if not console.is_terminal:
        return text
    inward = len(text.plain) - len(text.plain.lstrip(" "))
    width = console.width - inward
    if width < _NARROWEST or text.cell_len <= console.width:
        return text
    lines = text[inward:].wrap(console, width, overflow="ignore")
    for line in lines:
        line.rstrip()
    return Text(" " * inward) + Text(f"\n{' ' * inward}").join(lines)


class Console(EventSink):
    """The two outputs of a command. Texts from databases and disks are printed as text, never as markup."""

    def __init__(
        self,
        events: EventHub,
        *,
        json_lines: bool,
        debug: bool,
        self_command: Sequence[str],
        language: Language | None = None,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self._events = events
        self._json = json_lines
        self.debug = debug
        self.asked = language
        """The language that was asked for; that of this machine counts where none was."""
        self.finished = False
        """Whether the result was told."""
        self._self_command = tuple(self_command)
        self.out = out or sys.stdout
        # No terminal of Windows is legacy here: `Output` takes one that obeys no escapes for none.
        self.rich = RichConsole(file=self.out, highlight=False, emoji=False, soft_wrap=True, legacy_windows=False)
        self._err = RichConsole(
            file=err or sys.stderr, highlight=False, emoji=False, soft_wrap=True, legacy_windows=False
        )

    @property
    def self_command(self) -> tuple[str, ...]:
        """The words that start this program."""
        return self._self_command

    @property
    def json(self) -> bool:
        """Whether standard output is for a program."""
        return self._json

    @property
    def language(self) -> Language:
        """What a person is told is told in it; what a program reads stays English."""
        return self.asked or Language.of_this_machine()

    @property
    def behind(self) -> bool:
        """Whether the reader takes less than is printed: progress is then left out."""
        return behind(self.out)

    @property
    def data_folder(self) -> Path:
        """The platform's folder for the tool's data."""
        return data_folder()

    @override
    def emit(self, event: Event) -> None:
        self._events.emit(event)

    def print(self, text: str = "") -> None:
        """Say a line to a person; nothing is printed under `--json`."""
        if not self._json:
            self.rich.print(by_word(self.rich, Text(self.told(text))))

    def told(self, text: str) -> str:
        """Return one line of text for the person, in their language."""
        return one_line(translated(text, self.language))

    def print_line(self, text: str) -> None:
        """Print a line to standard output in any case."""
        self.out.write(f"{one_line(text)}\n")
        self.out.flush()

    async def written(self) -> None:
        """Wait until what was printed is written."""
        if isinstance(self.out, Output):
            await anyio.to_thread.run_sync(self.out.drain, abandon_on_cancel=True)

    def finish(self, exit_code: int, **fields: object) -> int:
        """End a command with these fields of its result; returns the exit code."""
        return self.finish_with(Result.model_validate({"exit_code": exit_code, **fields}))

    def finish_with(self, result: Result) -> int:
        """Print the result where a program reads, and return the exit code."""
        self.finished = True
        if self._json:
            self._print_json(result.told())
        _log.info("ended with exit code %s", result.exit_code)
        return result.exit_code

    def _print_json(self, fields: dict[str, object]) -> None:
        # In ASCII: a pipe on Windows has the machine's code page, which a program that reads it need not guess then.
        self.print_line(json.dumps(fields, ensure_ascii=True, separators=(",", ":"), default=str))

    def object(self, kind: str, fields: dict[str, object]) -> None:
        """Print an object of this kind where a program reads."""
        if self._json:
            self._print_json({"event": kind, **fields})

    def event(self, event: Event, **beside: str | float | None) -> None:
        """Print an event where a program reads, with fields `beside` its own; hook calls go to the log alone."""
        told = self._json and not isinstance(event, HookCalled)
        if told and not (self.behind and (event.droppable or isinstance(event, Notice))):
            own = {"finding": finding_fields(event.finding)} if isinstance(event, FindingRaised) else _fields(event)
            self.object(event.kind, {**own, **beside})

    def finding(self, finding: Finding) -> None:
        """Say a finding to a person."""
        if self._json:
            return
        shown = ", ".join(finding.subjects[:8]) + (" ..." if len(finding.subjects) > 8 else "")  # noqa: PLR2004 - what fits a line
        told = Text.assemble(
            (self.told(_SEVERITY[finding.severity]), _STYLE[finding.severity]),
            f" {finding.code} ({finding.plugin}): ",
            self.told(finding.message),
            *([f" [{one_line(shown)}]"] if shown else []),
        )
        self.rich.print(by_word(self.rich, told))
        if finding.severity is not Severity.INFO:
            remedy = Text(f"    {self.told(naming_log(finding.remedy))}", style="dim")
            self.rich.print(by_word(self.rich, remedy))

    def aside(self, text: str) -> None:
        """Say a line beside the output, from any thread, also while the event loop is held up."""
        self._err.print(by_word(self._err, Text(self.told(text))))

    def error(self, error: OmtError) -> None:
        """Say an error to a person: what happened, what to do, and its code."""
        about = {"code": error.code}
        if isinstance(error, PluginError):
            about |= {"plugin": error.plugin, "hook": error.hook}
        _log.error("%s: %s", error.code, error.message, extra=about)
        if not self._json:
            message, remedy = self.told(SECRETS.hide(error.message)), self.told(SECRETS.hide(naming_log(error.remedy)))
            severity = self.told(_SEVERITY[Severity.ERROR])
            told = Text.assemble((f"{severity} ", "bold red"), (error.code, "bold"), f": {message}")
            self._err.print(by_word(self._err, told))
            self._err.print(by_word(self._err, Text(f"    {remedy}")))


class Aloud(logging.Handler):
    """Says to a person, on standard error and in their language, what the log is told."""

    def __init__(self, language: Callable[[], Language]) -> None:
        super().__init__()
        self._language = language

    @override
    def emit(self, record: logging.LogRecord) -> None:
        said = translated(record.msg, self._language()) if isinstance(record.msg, Sentence) else record.getMessage()
        sys.stderr.write(f"{one_line(SECRETS.hide(said))}\n")


def text_fields(name: str, text: str) -> dict[str, object]:
    """Return a field of this name with English text, and beside it what that was made from, if by a template."""
    beside = "" if name == "message" else f"{name}_"
    return {name: text, **{f"{beside}{key}": part for key, part in (parts_of(text) or {}).items()}}


def _fields(event: Event) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in asdict(event).items():
        fields |= text_fields(name, value) if isinstance(value, Sentence) else {name: value}
    return fields


def finding_fields(finding: Finding) -> dict[str, object]:
    """Return a finding as it stands in JSON."""
    return FindingLine.of(finding).model_dump(mode="json")
