"""The command line: puts the process together, runs one command, and turns whatever happens into words and a code."""

from __future__ import annotations

import argparse
import gc
import logging
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

import anyio

from omt_core.api.commands import Command
from omt_core.api.errors import ExitCode, InputError, OmtError
from omt_core.api.language import Language
from omt_core.api.redaction import SECRETS
from omt_core.api.sentence import joined, sentence
from omt_core.app import Application, compose
from omt_core.cli.command import CORE_COMMANDS, core_command
from omt_core.cli.commands import Invocation, examples_text
from omt_core.cli.console import Aloud, Console
from omt_core.cli.errors import FRONT_END_ERROR_CODES, NAMES_NOT_UTF_8, OUTPUT_LOST
from omt_core.cli.line.globals import (
    CommandParser,
    GlobalOptions,
    add_global_options,
    asked_language,
    read_global_options,
)
from omt_core.cli.line.tab_key import complete
from omt_core.cli.options import add_answers
from omt_core.cli.output import outputs
from omt_core.cli.plugin_command import run_plugin_command
from omt_core.cli.wizard import add_wizard_options, refuse_wizard_options, run_wizard
from omt_core.early_ctrl_c import ctrl_c_put_off
from omt_core.engine.errors import INTERNAL, INTERRUPTED
from omt_core.engine.findings import blocking
from omt_core.engine.result import Result, error_line
from omt_core.logs import begin_logging, end_logging
from omt_core.plugin_host import EventHub
from omt_core.plugin_host.blame import Blame
from omt_core.plugin_host.errors import PLUGIN_NOT_ACTIVE
from omt_core.plugin_host.faults import blaming, described, raised

if TYPE_CHECKING:
    from omt_core.answers.file import Answers

_log = logging.getLogger("omt.cli")

_OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000
"""Objects that Python may make before it looks for rings among them; by itself it does so after 700."""


def main(words: Sequence[str] | None = None, *, take_over: Callable[[], None] = lambda: None) -> int:
    """Run one command and return its exit code. Never raises, whatever a command does.

    `take_over` raises a Ctrl-C that came before.
    """
    with outputs() as printed:
        out = sys.stdout
        # What plugins print while they load and run is for a person: standard output is the tool's own.
        with redirect_stdout(sys.stderr):
            code = _main(sys.argv[1:] if words is None else words, out, take_over)
    # A script takes an empty file for success where the code says so.
    return OUTPUT_LOST.kind.exit_code if printed.lost and code == ExitCode.DONE else code


def _main(words: Sequence[str], out: TextIO, take_over: Callable[[], None]) -> int:
    # Without a handler Python prints what is logged before there is a log file, tracebacks and secrets included.
    for name in ("omt", "stamina"):  # stamina logs each new try, which notices tell already
        logging.getLogger(name).addHandler(logging.NullHandler())
    console = Console(EventHub(), json_lines="--json" in words, debug="--debug" in words, self_command=(), out=out)
    app: Application | None = None
    answers: Answers | None = None
    aloud = Aloud(lambda: console.language)
    logging.getLogger("omt.text").addHandler(aloud)
    try:
        _refuse_other_encodings()
        console.asked = asked_language(words)
        take_over()
        options = read_global_options(words)
        if begin_logging(options.log_level, file=options.log_file, form=options.log_format) is None:
            console.print(
                sentence("No log is written: no file can be made in a folder of one's own below the temporary folder.")
            )
        answers = _answers(options)
        put_together = partial(
            compose,
            plugins=options.plugins,
            disabled=options.disabled,
            settings_file=options.settings,
            answers=None if answers is None else answers.settings,
            answers_folder=None if answers is None else answers.folder,
            reserved_commands=tuple(CORE_COMMANDS),
            error_codes=FRONT_END_ERROR_CODES,
        )
        app = put_together()
        _collect_garbage()
        console = Console(
            app.engine.events,
            json_lines=options.json,
            debug=options.debug,
            self_command=options.self_command,
            language=options.language,
            out=out,
        )
        code = _run(options, app, answers, console, put_together)
        # No command ends with 0 without a result that says so.
        return code if console.finished else console.finish(code)
    except BaseException as error:  # noqa: BLE001 - the last place: whatever comes is said in words, with a code
        with ctrl_c_put_off():  # a second one would take the result away
            return _failed(console, error, app, answers)
    finally:
        logging.getLogger("omt.text").removeHandler(aloud)
        end_logging()


def _answers(options: GlobalOptions) -> Answers | None:
    """Read the answers file, if there is one. Raises `InputError`."""
    if options.answers is None:
        return None
    from omt_core.answers.file import load_answers  # noqa: PLC0415 - its models are made where there is a file

    return load_answers(options.answers).speaking(options.language)


def _collect_garbage() -> None:
    """Begin to, where the program was started without: what is loaded by now is none, and is never looked through.

    What is loaded from now on would be, again and again, if Python looked after each 700 objects as it does by itself:
    that was a twentieth of a recovery with nothing to do.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        gc.enable()


def _refuse_other_encodings() -> None:
    """Refuse to take the names of files for what they are not. Raises `InputError` `names-not-utf-8`."""
    encoding = sys.getfilesystemencoding()
    if encoding.lower() not in {"utf-8", "utf8"}:
        raise NAMES_NOT_UTF_8.error(
            sentence(
                "The names of files are read as {encoding} here, which would damage those that are not English.",
                encoding=encoding,
            )
        )


def _run(
    options: GlobalOptions,
    app: Application,
    answers: Answers | None,
    console: Console,
    put_together: Callable[..., Application],
) -> int:
    parser, commands = _parser(app, console.language)
    complete(parser, commands, console.language)
    try:
        # Under --json help is for a person beside the program: standard output has JSON lines and nothing else.
        with redirect_stdout(sys.stderr if options.json else console.out):
            parsed = parser.parse_args(options.rest)
    except SystemExit as end:  # --help and --version, which argparse ends by itself
        return console.finish(int(end.code or 0))
    except InputError as error:
        raise _naming_inactive_plugins(error, app) from error
    _log.info("command %s", parsed.command or "(the wizard)")
    if parsed.command is None:
        call = Invocation(options=parsed, app=app, answers=answers, console=console)
        return anyio.run(run_wizard, call, lambda sections: put_together(options=sections))
    refuse_wizard_options(parsed)
    if parsed.command in CORE_COMMANDS:
        core = core_command(parsed.command)
        call = Invocation(options=parsed, app=app, answers=answers, console=console)
        if core.writes:
            _refuse_inactive_plugins(call)
        return anyio.run(core.run, call)
    return anyio.run(run_plugin_command, app, _of_plugins(app)[parsed.command], console, answers, parsed)


def _parser(app: Application, language: Language) -> tuple[CommandParser, Mapping[str, CommandParser]]:
    """Return the parser of the whole line, and that of each command, with help in a language."""
    parser = CommandParser(
        prog="omt",
        description=sentence(
            "Moves an on-site CRM, database and document archive, to CRM Online. Without a command it opens the wizard."
        ),
        allow_abbrev=False,
        language=language,
    )
    add_wizard_options(parser)
    add_global_options(parser)
    parts = parser.add_subparsers(dest="command", metavar="COMMAND")
    plugin_commands = _of_plugins(app)
    helps = {**CORE_COMMANDS, **{name: command.help for name, command in plugin_commands.items()}}
    for name, told in sorted(helps.items()):
        own = plugin_commands.get(name)
        parts.add_parser(
            name,
            help=told,
            description=told,
            allow_abbrev=False,
            options=partial(_add_core_options, name) if own is None else partial(_add_plugin_options, app, own),
        )
    return parser, parts.choices


def _of_plugins(app: Application) -> Mapping[str, Command]:
    return {command.name: command for command in app.host.commands}


def _add_core_options(name: str, parser: argparse.ArgumentParser) -> None:
    command = core_command(name)
    parser.epilog = examples_text(command.examples, name)
    command.configure(parser)


def _add_plugin_options(app: Application, command: Command, parser: argparse.ArgumentParser) -> None:
    parser.epilog = examples_text(command.examples, command.name)
    if command.takes_answers:
        add_answers(parser, required=False)
    owner, hook = app.host.owner_of(command.name), f"add_commands: configure of {command.name}"
    with blaming(owner, hook, app.host.error_codes):
        command.configure(parser)


def _refuse_inactive_plugins(call: Invocation) -> None:
    waivers = () if call.answers is None else call.answers.waivers
    standing = blocking(call.app.host.inactive_findings(), waivers, call.app.host.codes)
    if standing:
        for finding in standing:
            call.console.finding(finding)
        raise PLUGIN_NOT_ACTIVE.error(standing[0].message, remedy=standing[0].remedy)


def _naming_inactive_plugins(error: InputError, app: Application) -> InputError:
    """Say what may be the reason why a command is not known: the plugin that brings it takes no part."""
    inactive = [finding.message for finding in app.host.inactive_findings()]
    return InputError(error.code, joined([error.message, *inactive], " "), error.remedy)


def _failed(console: Console, error: BaseException, app: Application | None, answers: Answers | None) -> int:
    error = _innermost(error)
    culprit = None if app is None else Blame(app.host).of_traceback(error.__traceback__)
    if isinstance(error, OmtError):
        told = error
    elif culprit is not None and not isinstance(error, Exception | KeyboardInterrupt):
        # In a task that a plugin began by itself nobody else catches what would end the process.
        told = raised(culprit, sentence("a task of its own"), described(error))
    elif isinstance(error, KeyboardInterrupt):
        told = INTERRUPTED.error(sentence("The command was stopped."), remedy=sentence("Run it again."))
    else:
        told = INTERNAL.error(
            sentence("The tool failed in a way that it does not know: {error}.", error=type(error).__name__),
            remedy=sentence("Run again with --debug and send the log file with the output."),
        )
    _log.error("failed", exc_info=error, extra={"code": told.code})
    if console.debug:
        sys.stderr.write(SECRETS.hide("".join(traceback.format_exception(error))))
    console.error(told)
    kind = None if answers is None else answers.kind
    return console.finish_with(Result(exit_code=told.exit_code, kind=kind, error=error_line(told)))


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        ours, rest = error.split(OmtError)
        error = (ours or rest or error).exceptions[0]
    return error
