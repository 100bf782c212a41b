"""What is printed is text, whatever the database calls its users."""

from __future__ import annotations

import io
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api import FindingCode, Language, sentence
from omt_core.api import language as languages
from omt_core.api.errors import InputError
from omt_core.api.events import FindingRaised, HookCalled, Notice, StageChanged, StageState
from omt_core.api.findings import Finding, Severity
from omt_core.api.text import byte_size
from omt_core.cli.console import Aloud, Console
from omt_core.plugin_host import EventHub


def console(*, json_lines: bool) -> tuple[Console, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return Console(EventHub(), json_lines=json_lines, debug=False, self_command=("omt",), out=out, err=err), out, err


def test_nothing_that_a_terminal_obeys_and_no_lone_surrogate_is_printed() -> None:
    it, out, _ = console(json_lines=False)
    it.print("a\x1b[2Jb\r\x07\udc80 Åse 😀")
    assert out.getvalue() == "a\\u001b[2Jb\\r\\u0007\\udc80 Åse 😀\n"


class Terminal(io.StringIO):
    """An output that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_lines_that_end_with_a_word_and_a_path_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "dumb")
    out, path = Terminal(), f"C:\\{40 * 'x'}\\y.doc"
    it = Console(EventHub(), json_lines=False, debug=False, self_command=("omt",), out=out, err=Terminal())
    message = f"The file {path} is not where the database says that it is."
    it.finding(Finding(code="odd", severity=Severity.WARNING, plugin="p", subjects=(), message=message, remedy=message))
    lines = out.getvalue().splitlines()
    assert path in lines[1].strip()
    assert all(len(line) <= 40 for line in lines if path not in line)
    assert [line[:4] for line in lines[len(lines) // 2 :]] == ["    "] * (len(lines) // 2)
    assert " ".join(" ".join(lines).split()) == f"warning odd (p): {message} {message}"


def test_no_name_makes_a_line_of_its_own() -> None:
    forged = "x.doc\nerror forged (archive): All is lost."
    it, out, err = console(json_lines=False)
    it.finding(
        Finding(code="odd", severity=Severity.INFO, plugin="p", subjects=(forged,), message=f"{forged}!", remedy="r")
    )
    it.print(forged)
    it.error(InputError("usage", forged, "Right."))
    assert [line.split()[0] for line in out.getvalue().splitlines()] == ["info", r"x.doc\nerror"]
    assert [line.split()[0] for line in err.getvalue().splitlines()] == ["error", "Right."]


def test_what_a_program_reads_is_json_whatever_is_in_it() -> None:
    it, out, _ = console(json_lines=True)
    text = "\x85 \x7f \u2028 \u202e \U000e0001 😀"
    it.event(Notice(message=text))
    assert json.loads(out.getvalue())["message"] == text


def test_a_notice_carries_what_it_was_made_from_and_plain_text_does_not() -> None:
    it, out, _ = console(json_lines=True)
    it.event(Notice(message=sentence("The folder {folder} answers again.", folder="D:\\SO_ARC")))
    it.event(StageChanged(stage="documents", title="Documents", state=StageState.UPLOADING, detail=byte_size(1)))
    it.event(Notice(message="plain"))
    said, changed, plain = map(json.loads, out.getvalue().splitlines())
    assert said["message"] == "The folder D:\\SO_ARC answers again."
    assert (said["template"], said["parameters"]) == ("The folder {folder} answers again.", {"folder": "D:\\SO_ARC"})
    assert (changed["detail_template"], changed["detail_parameters"]) == ("{number:,} byte", {"number": 1})
    assert plain == {"event": "notice", "message": "plain"}


@given(st.text())
def test_what_a_program_reads_is_the_same_in_every_code_page(text: str) -> None:
    """A pipe on Windows has the code page of the machine, and who reads it often another."""
    it, out, _ = console(json_lines=True)
    it.object("found", {"path": text})
    it.finish(0, path=text)
    assert out.getvalue().isascii()
    assert [json.loads(line)["path"] for line in out.getvalue().splitlines()] == [text, text]


def test_a_name_that_is_no_text_ends_no_result() -> None:
    it, out, _ = console(json_lines=True)
    it.finish(0, path="\udc80")
    assert json.loads(out.getvalue())["path"] == "\udc80"


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


def test_a_person_is_told_in_their_language_and_a_program_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"{user} is away.": "{user} ist fort.", "Wait.": "Warten Sie.", "error": "Fehler", "warning": "Warnung"}
    monkeypatch.setattr(languages, "_catalogue", lambda _: words)
    finding = FindingCode(
        code="away", severity=Severity.WARNING, plugin="p", meaning="A user is away.", remedy="Wait."
    ).finding(sentence("{user} is away.", user="a\nb"), ("a",))
    it, out, err = console(json_lines=False)
    it.asked = Language.GERMAN
    it.finding(finding)
    it.print(sentence("{user} is away.", user="c"))
    it.error(InputError("usage", sentence("{user} is away.", user="d"), "Wait."))
    assert out.getvalue().splitlines() == [
        r"Warnung away (p): a\nb ist fort. [a]", "    Warten Sie.", "c ist fort."
    ]  # fmt: skip
    assert err.getvalue().splitlines() == ["Fehler usage: d ist fort.", "    Warten Sie."]
    it, out, _ = console(json_lines=True)
    it.asked = Language.GERMAN
    it.event(FindingRaised(finding=finding))
    told = json.loads(out.getvalue())["finding"]
    assert (told["message"], told["template"]) == (r"a\nb is away.", "{user} is away.")
    assert (told["parameters"], told["remedy"]) == ({"user": r"a\nb"}, "Wait.")


def test_what_is_said_by_the_log_is_in_the_readers_language(capsys: pytest.CaptureFixture[str]) -> None:
    log, aloud = logging.getLogger("omt.tried-aloud"), Aloud(lambda: Language.GERMAN)
    template = "{place} is not in UTF-8: it was read as {code_page}."
    log.addHandler(aloud)
    try:
        log.warning(sentence(template, place="x", code_page="Windows-1252"))
    finally:
        log.removeHandler(aloud)
    assert capsys.readouterr().err == "x ist nicht in UTF-8: Der Text wurde als Windows-1252 gelesen.\n"
