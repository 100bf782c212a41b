"""What is printed is text, whatever the database calls its users."""

from __future__ import annotations

import io
import json

from omt_core.api.errors import InputError
from omt_core.api.events import HookCalled, Notice
from omt_core.api.findings import Finding, Severity
from omt_core.cli.console import Console, printable
from omt_core.plugin_host import EventHub


def console(*, json_lines: bool) -> tuple[Console, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return Console(EventHub(), json_lines=json_lines, debug=False, self_command=("omt",), out=out, err=err), out, err


def test_nothing_that_a_terminal_obeys_and_no_lone_surrogate_is_printed() -> None:
    assert printable("a\x1b[2Jb\r\x07\udc80 Åse 😀\n") == "a\\x1b[2Jb\\x0d\\x07\\xdc80 Åse 😀\n"


def test_markup_in_a_name_stays_text() -> None:
    it, out, _ = console(json_lines=False)
    it.finding(
        Finding(
            code="odd",
            severity=Severity.WARNING,
            plugin="p",
            subjects=("[bold]HH[/bold]",),
            message="[red]x",
            remedy="r",
        )
    )
    assert "[red]x" in out.getvalue()
    assert "[bold]HH[/bold]" in out.getvalue()


def test_a_program_gets_one_object_per_line_and_nothing_else() -> None:
    it, out, err = console(json_lines=True)
    it.print("for a person")
    it.event(Notice(message="told\nover two lines"))
    it.event(HookCalled(hook="observe", plugin="p", moment="before"))
    it.error(InputError("usage", "Wrong.", "Right."))
    assert it.finish(2) == 2
    first, last = map(json.loads, out.getvalue().splitlines())
    assert (first["event"], first["message"]) == ("notice", "told\nover two lines")
    assert (last["event"], last["exit_code"]) == ("result", 2)
    assert err.getvalue() == ""


def test_a_person_gets_the_error_with_code_and_remedy_on_standard_error() -> None:
    it, out, err = console(json_lines=False)
    it.error(InputError("usage", "Wrong.", "Do it right."))
    assert out.getvalue() == ""
    assert "error usage: Wrong." in err.getvalue()
    assert "Do it right." in err.getvalue()
