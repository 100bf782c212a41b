"""What argparse refuses is said in the reader's language."""

from __future__ import annotations

import argparse

import pytest

from omt_core.api import translated
from omt_core.api.errors import InputError
from omt_core.api.sentence import sentence
from omt_core.cli.line.globals import Parser


def number(text: str) -> str:
    raise argparse.ArgumentTypeError(sentence("a file that ends in .csv or .json is needed"))


@pytest.fixture
def parser() -> Parser:
    parser = Parser(prog="omt x", allow_abbrev=False)
    parser.add_argument("--answers", required=True)
    parser.add_argument("--form", choices=("html", "csv"))
    parser.add_argument("--many", nargs="+")
    parser.add_argument("--count", type=int)
    parser.add_argument("--findings", type=number)
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--one")
    group.add_argument("--other")
    return parser


@pytest.mark.parametrize(
    ("words", "english", "german"),
    [
        ("", "the following arguments are required: --answers", "diese Argumente sind nötig: --answers"),
        ("--answers a --form", "argument --form: expected one argument", "Argument --form: ein Wert ist nötig"),
        (
            "--answers a --many",
            "argument --many: expected at least one argument",
            "Argument --many: mindestens ein Wert ist nötig",
        ),
        (
            "--answers a --one 1 --other 2",
            "argument --other: not allowed with argument --one",
            "Argument --other: nicht erlaubt zusammen mit --one",
        ),
        (
            "--answers a --count x",
            "argument --count: 'x' is not a whole number",
            "Argument --count: 'x' ist keine ganze Zahl",
        ),
        (
            "--answers a --findings x",
            "argument --findings: a file that ends in .csv or .json is needed",
            "Argument --findings: nötig ist eine Datei, die auf .csv oder .json endet",
        ),
        ("--answers a b", "unrecognized arguments: b", "unbekannte Argumente: b"),
    ],
)
def test_a_line_that_is_not_understood_is_refused_in_the_readers_language(
    parser: Parser, words: str, english: str, german: str
) -> None:
    with pytest.raises(InputError) as refused:
        parser.parse_args(words.split())
    assert refused.value.message == f"{english}."
    assert translated(refused.value.message, "de") == f"{german}."


def test_a_choice_that_is_none_names_all(parser: Parser) -> None:
    with pytest.raises(InputError) as refused:
        parser.parse_args(["--answers", "a", "--form", "odd"])
    assert translated(refused.value.message, "de").startswith("Argument --form: ungültige Wahl: 'odd' (möglich sind ")


def test_a_value_that_is_refused_stands_in_the_readers_sentence() -> None:
    def plant(text: str) -> str:
        raise argparse.ArgumentTypeError(sentence("{text} is not SLUG=COUNT", text=repr(text)))

    parser = Parser(prog="omt x", allow_abbrev=False)
    parser.add_argument("--plant", type=plant)
    with pytest.raises(InputError) as refused:
        parser.parse_args(["--plant", "x"])
    assert translated(refused.value.message, "de") == "Argument --plant: 'x' ist nicht SLUG=COUNT."


def test_a_value_for_what_takes_none_is_refused_in_the_readers_language() -> None:
    parser = Parser(prog="omt x", allow_abbrev=False)
    parser.add_argument("--dry-run", action="store_true")
    with pytest.raises(InputError) as refused:
        parser.parse_args(["--dry-run=3"])
    assert translated(refused.value.message, "de") == "Argument --dry-run: nimmt keinen Wert wie '3'."
