"""`--help` is in the reader's language: what the command says of itself, and what argparse says by itself."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from typing import Final

import pytest

from omt_core.api.language import Language
from omt_core.api.sentence import sentence
from omt_core.app import compose
from omt_core.cli.command import CORE_COMMANDS
from omt_core.cli.line.globals import CommandParser
from omt_core.cli.main import _parser, main

OTHERS: Final = tuple(language for language in Language if language is not Language.ENGLISH)
OF_ARGPARSE: Final = re.compile(
    r"^(usage|options|positional arguments|subcommands|examples?):|show this help|show program's version|\(default: ",
    re.MULTILINE,
)


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 0
    return capsys.readouterr().out


def every_part(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    if isinstance(parser, CommandParser):
        parser.complete()
    yield parser
    for action in parser._actions:  # argparse has no other name for it
        if isinstance(action, argparse._SubParsersAction):
            for part in action.choices.values():
                yield from every_part(part)


def test_a_german_reads_how_to_migrate_in_german(capsys: pytest.CaptureFixture[str]) -> None:
    page = shown(capsys, "--language", "de", "migrate", "--help")
    assert page.startswith("Aufruf: omt migrate [-h] --answers FILE")
    assert "migrieren, wie die Antwortdatei sagt" in page
    assert "Optionen:\n  -h, --help            diese Hilfe anzeigen und beenden" in page
    assert "  --answers FILE        Antwortdatei (TOML)" in page
    assert "Beispiele:\n  omt migrate --answers answers.toml --dry-run --list files.csv\n" in page
    assert page.rstrip().endswith("`omt help migrate` sagt mehr, auf Englisch.")


def test_help_is_in_the_language_of_the_machine(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "sv_SE.UTF-8")
    page = shown(capsys, "tenant", "serve", "--help")
    assert page.startswith("användning: omt tenant serve [-h]")
    assert "användarnamn som är upptagna på annat håll" in page


def test_help_is_english_where_that_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    page = shown(capsys, "--language", "en", "thaw", "--help")
    assert page.startswith("usage: omt thaw [-h]")
    assert "let the users of the installation on site in again" in page


@pytest.mark.parametrize("language", OTHERS)
def test_argparse_says_nothing_in_english_on_any_page(language: Language) -> None:
    parser, _ = _parser(compose(reserved_commands=tuple(CORE_COMMANDS)), language)
    pages = [part.format_help() for part in every_part(parser)]
    assert len(pages) > 20
    assert [page for page in pages if OF_ARGPARSE.search(page)] == []


def test_what_is_put_into_a_line_of_help_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    page = shown(capsys, "--language", "da", "simulate", "--help")
    assert "aktive medarbejdere (standard: 40)" in page
    assert "missing-file" in page


def test_a_percent_sign_is_what_argparse_makes_of_it() -> None:
    parser = CommandParser(prog="omt x", language=Language.GERMAN)
    parser.add_argument("--share", default=5, help="%(default)s%% of all")
    parser.add_argument("--file", help=sentence("receipt.json, with {manifest} beside it", manifest="m"))
    assert "5% of all" in parser.format_help()
    assert "receipt.json, mit m daneben" in parser.format_help()


def test_what_was_asked_for_in_german_is_refused_in_german(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "de", "--log-level", "loud"]) == 2
    assert "Argument --log-level: ungültige Wahl: 'loud'" in capsys.readouterr().err


def test_a_long_line_is_wrapped_and_an_example_is_not() -> None:
    parser = CommandParser(prog="omt x", description="word " * 40, epilog=f"example:\n  omt x {'y' * 100}")
    page = parser.format_help()
    assert f"\n  omt x {'y' * 100}" in page
    assert max(len(line) for line in page.splitlines() if "word" in line) < 100
