"""`omt help`: the tool's own documentation in the terminal, without a network."""

from __future__ import annotations

import argparse
import re
from difflib import get_close_matches
from typing import Final

from typing_extensions import override

from omt_core.api.errors import ExitCode, InputError
from omt_core.api.language import Language
from omt_core.api.sentence import sentence
from omt_core.app import Application
from omt_core.cli.command import CORE_COMMANDS
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.errors import TOPIC_UNKNOWN
from omt_core.documentation import Page, all_names, find_page, read_page

_COMMANDS: Final = "reference/cli"
_ERRORS: Final = "reference/errors"
_FINDINGS: Final = "reference/findings/"


class Help(CoreCommand):
    """A topic is a command, the code of a finding or an error, or a page by its name."""

    examples = ("omt help answers", "omt help migrate", "omt help tree-incomplete")

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "topic", metavar="TOPIC", nargs="*", help="such as `answers`, `migrate` or `tree-incomplete`; none: all"
        )

    @override
    async def run(self, call: Invocation) -> int:
        topic = " ".join(call.options.topic)
        if not topic:
            return _list(call)
        page = find_topic(topic)
        if page is None:
            raise _unknown(topic, call.app)
        _say_code(topic.strip().lower(), call)
        call.console.object("page", {"name": page.name, "title": page.title, "text": page.text})
        if call.console.rich.is_terminal and not call.console.json:
            from rich.markdown import Markdown  # noqa: PLC0415 - a parser of Markdown, for this command alone

            call.console.rich.print(Markdown(page.text), soft_wrap=False)
        else:
            for line in page.text.splitlines():
                call.console.print(line)
        return call.console.finish(ExitCode.DONE)


def _say_code(topic: str, call: Invocation) -> None:
    """Say what a code means and what to do in the reader's language: its page, which follows, is in English."""
    errors, findings = call.app.host.error_codes, call.app.host.codes
    code = errors[topic].code if topic in errors else findings.get(topic)
    if code is not None and call.console.language is not Language.ENGLISH:
        for text in (code.meaning, code.remedy, ""):
            call.console.print(text)


def find_topic(topic: str) -> Page | None:
    """Return what there is to read about a topic: a command's part of its page before a page of the same name."""
    wanted = topic.strip().lower()
    command, error = _section(_COMMANDS, f"omt {wanted.removeprefix('omt ')}"), _row(_ERRORS, wanted)
    return command or error or find_page(wanted)


def _section(name: str, heading: str) -> Page | None:
    """Return one section of a page as a page, with the parts that follow it."""
    page = read_page(name)
    parts = [] if page is None else re.split(r"^## ", page.text, flags=re.MULTILINE)
    found = [part for part in parts if f"{part.partition(chr(10))[0]} ".startswith(f"{heading} ")]
    if not found or found[0].partition("\n")[0] != heading:
        return None
    first, *others = found
    return Page(name, "\n".join((f"# {first}", *(f"## {other}" for other in others))))


def _row(name: str, code: str) -> Page | None:
    """Return the row of a table that begins with this code, as a page."""
    page = read_page(name)
    lines = [] if page is None else page.text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith(f"| `{code}` |"):
            head = next(above for above in range(number, 0, -1) if lines[above].startswith("|---")) - 1
            names, cells = (re.split(r"(?<!\\)\|", lines[row])[1:-1] for row in (head, number))
            told = (f"{name.strip()}: {cell.strip()}" for name, cell in zip(names[1:], cells[1:], strict=True))
            return Page(name, "\n\n".join((f"# Error {code}", *(f"{one[:1].upper()}{one[1:]}" for one in told))) + "\n")
    return None


def _list(call: Invocation) -> int:
    call.console.print(
        sentence("`omt help TOPIC` shows one of these, `omt help COMMAND` a command, `omt help CODE` what one means.")
    )
    call.console.print(sentence("`omt --help` lists the commands."))
    call.console.print()
    pages = [page for name in all_names() if not name.startswith(_FINDINGS) and (page := read_page(name)) is not None]
    width = max(len(_short(page.name)) for page in pages)
    for page in pages:
        call.console.print(f"  {_short(page.name):<{width}}  {page.title}")
        call.console.object("topic", {"name": page.name, "title": page.title})
    return call.console.finish(ExitCode.DONE)


def _short(name: str) -> str:
    """Return the end of a page's name if that leads to it."""
    last = name.rpartition("/")[2]
    page = find_page(last)
    return last if page is not None and page.name == name else name


def _unknown(topic: str, app: Application) -> InputError:
    known = {name.rpartition("/")[2] for name in all_names()} | {*CORE_COMMANDS, *app.host.error_codes, *app.host.codes}
    known |= {command.name for command in app.host.commands}
    near = get_close_matches(topic.lower(), sorted(known), n=1)
    if near:
        return TOPIC_UNKNOWN.error(
            sentence("There is no help on {topic}. Did you mean {guess}?", topic=repr(topic), guess=near[0])
        )
    return TOPIC_UNKNOWN.error(sentence("There is no help on {topic}.", topic=repr(topic)))
