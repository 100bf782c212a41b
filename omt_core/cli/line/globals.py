"""Options that every command has, and what they make of a process."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any, Final, NoReturn

from typing_extensions import override

from omt_core.api.errors import USAGE
from omt_core.api.language import Language
from omt_core.api.sentence import Sentence, sentence
from omt_core.cli.line.help_page import HelpPage
from omt_core.cli.line.usage import told_argument, told_usage
from omt_core.logs import FORMATS, LEVELS
from omt_core.version import __version__

_BEGINNING: Final = 3
"""Letters from which on the beginning of a word counts as it."""


class Parser(argparse.ArgumentParser):
    """A parser that raises what is wrong, so that it ends like every other error."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - those of argparse
        super().__init__(**{"exit_on_error": False, **settings})
        self.register("type", Path, _path)

    @override
    def parse_known_args(  # type: ignore[override]  # argparse overloads it by the kind of namespace, which is one here
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        try:
            return super().parse_known_args(args, namespace)
        except argparse.ArgumentError as error:
            self.error(told_argument(error))

    @override
    def error(self, message: str, *, guess: str | None = None) -> NoReturn:
        """Raise `InputError` `usage`, with what may have been meant."""
        told = told_usage(message)
        said = sentence("{message}.", message=told)
        if guess is not None:
            said = sentence("{message}. Did you mean {guess}?", message=told, guess=guess)
        raise USAGE.error(said, remedy=sentence("See `{prog} --help`.", prog=self.prog))

    @override
    def _check_value(self, action: argparse.Action, value: object) -> None:
        """Refuse what is none of the choices, with the one that is spelled alike."""
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            near = _nearest(str(value), map(str, action.choices or ()))
            if near is None:
                raise
            self.error(str(error), guess=near)


def _path(words: str) -> Path:
    """Return the path of an option. An empty one, of a variable that is not set say, would be the current folder."""
    if not words:
        raise argparse.ArgumentTypeError(sentence("the path is empty"))
    return Path(words)


class CommandParser(Parser):
    """The parser of a command: it gets its options when it is used, and says at once which it does not know."""

    def __init__(
        self,
        *,
        options: Callable[[argparse.ArgumentParser], None] | None = None,
        language: Language = Language.ENGLISH,
        **settings: Any,  # noqa: ANN401 - those of argparse
    ) -> None:
        """Have `options` add what the command takes, the first time that there is something to read.

        Its help is in a language, and so is that of its parts.
        """
        self._language = language
        super().__init__(**{"formatter_class": HelpPage, **settings})
        self._add_options = options
        self._words: Sequence[str] = ()
        """The words that are being read."""

    def complete(self) -> None:
        """Have the options added, unless they are."""
        add, self._add_options = self._add_options, None
        if add is not None:
            add(self)

    @override
    def add_subparsers(self, **settings: Any) -> argparse._SubParsersAction[CommandParser]:  # type: ignore[override]  # argparse overloads it by the class of the parts, which is one here
        return super().add_subparsers(**{"parser_class": partial(type(self), language=self._language), **settings})

    @override
    def _get_formatter(self) -> argparse.HelpFormatter:
        page = super()._get_formatter()
        if isinstance(page, HelpPage):
            page.language = self._language
        return page

    @override
    def parse_known_args(  # type: ignore[override]  # the same
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        self.complete()
        self._words = () if args is None else args
        parsed, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(_unknown(unknown), guess=self._meant(unknown))
        return parsed, unknown

    @override
    def error(self, message: str, *, guess: str | None = None) -> NoReturn:
        """Raise `InputError` `usage`. A mistyped option goes first: all else may come of it."""
        own = self._words if self._subparsers is None else takewhile(_is_option, self._words)
        known = self._option_string_actions
        unknown = [word for word in own if _is_option(word) and word.partition("=")[0] not in known]
        meant = self._meant(unknown)
        if meant is not None:
            message, guess = _unknown(unknown), meant
        super().error(message, guess=guess)

    def _meant(self, words: Sequence[str]) -> str | None:
        """Return the option that the first word is spelled like that is spelled like any."""
        known = (*self._option_string_actions, *_global_options())
        near = (_nearest(word.partition("=")[0], known) for word in words if _is_option(word))
        return next((one for one in near if one is not None), None)


def _unknown(words: Sequence[str]) -> Sentence:
    return sentence("unrecognized arguments: {words}", words=" ".join(words))


def _is_option(word: str) -> bool:
    return word.startswith("--")


def _nearest(word: str, known: Iterable[str]) -> str | None:
    """Return what a word may have been meant for: what it is the beginning of, else what is spelled alike."""
    words = tuple(known)
    begun = [one for one in words if one.startswith(word)] if len(word.strip("-")) >= _BEGINNING else []
    return next(iter(begun or get_close_matches(word, words, n=1)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalOptions:
    """The options that are read before plugins are loaded, and the answers file if one is named."""

    plugins: tuple[str, ...]
    disabled: tuple[str, ...]
    settings: Path | None
    log_level: str
    log_file: Path | None
    log_format: str
    debug: bool
    json: bool
    language: Language | None
    answers: Path | None
    rest: tuple[str, ...]
    """The words that are left for the command's own parser."""

    @property
    def self_command(self) -> tuple[str, ...]:
        """The words that start this program with the same plugins and settings."""
        words = [sys.executable, "-m", "omt_core"]
        for plugin in self.plugins:
            words += ["--plugin", plugin]
        for name in self.disabled:
            words += ["--disable-plugin", name]
        if self.language is not None:
            words += ["--language", self.language.value]
        if self.settings is not None:
            words += ["--settings", str(self.settings)]
        return tuple(words)


def add_global_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for the help text; they may stand anywhere, and are taken out before a command's are read."""
    group = parser.add_argument_group("options of every command")
    absent = argparse.SUPPRESS
    group.add_argument("--plugin", action="append", default=absent, metavar="MODULE:ATTR", help="load one more plugin")
    group.add_argument(
        "--disable-plugin", action="append", default=absent, metavar="NAME", help="leave a plugin out, unread"
    )
    group.add_argument("--settings", type=Path, default=absent, metavar="FILE", help="settings file (TOML)")
    group.add_argument("--log-level", choices=LEVELS, default=absent, help="how much goes to the log file")
    group.add_argument("--log-file", type=Path, default=absent, metavar="FILE", help="write the tool's log there")
    group.add_argument("--log-format", choices=FORMATS, default=absent, help="lines of text (default), or of JSON")
    group.add_argument("--debug", action="store_true", default=absent, help="log more, and show tracebacks")
    group.add_argument(
        "--json", action="store_true", default=absent, help="print one JSON object per line and nothing else"
    )
    group.add_argument(
        "--language", choices=[one.value for one in Language], default=absent, metavar="LANGUAGE",
        help="en, de, nl, sv, no or da: what help, findings, errors and results are said in; else as this machine",
    )  # fmt: skip
    group.add_argument("--version", action="version", version=f"omt {__version__}")


def _global_options() -> tuple[str, ...]:
    parser = Parser(add_help=False)
    add_global_options(parser)
    return tuple(parser._option_string_actions)  # noqa: SLF001 - argparse has no other name for it


def asked_language(words: Sequence[str]) -> Language | None:
    """Return the language that is asked for, if the tool speaks it: whatever else is wrong is said in it."""
    parser = Parser(prog="omt", add_help=False, allow_abbrev=False)
    parser.add_argument("--language", type=Language.of_tag)
    language: Language | None = parser.parse_known_args(list(words))[0].language
    return language


def read_global_options(words: Sequence[str]) -> GlobalOptions:
    """Read the options wherever they stand. The answers file is looked for too, since settings may stand in it."""
    parser = Parser(prog="omt", add_help=False, allow_abbrev=False)
    parser.add_argument("--plugin", action="append", default=[])
    parser.add_argument("--disable-plugin", action="append", default=[])
    parser.add_argument("--settings", type=Path)
    parser.add_argument("--log-level", choices=LEVELS, default="info")
    parser.add_argument("--log-file", type=Path)
    parser.add_argument("--log-format", choices=FORMATS, default="text")
    parser.add_argument("--debug", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--language", choices=[one.value for one in Language])
    found, rest = parser.parse_known_args(list(words))
    peek = Parser(prog="omt", add_help=False, allow_abbrev=False)
    peek.add_argument("--answers", type=Path)
    answers = peek.parse_known_args(rest)[0].answers
    return GlobalOptions(
        plugins=tuple(found.plugin),
        disabled=tuple(found.disable_plugin),
        settings=found.settings,
        log_level="debug" if found.debug else found.log_level,
        log_file=found.log_file,
        log_format=found.log_format,
        debug=found.debug,
        json=found.json,
        language=None if found.language is None else Language(found.language),
        answers=answers,
        rest=tuple(rest),
    )
