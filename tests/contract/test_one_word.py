"""One word for one thing, in each language: the console, the report and the page of the wizard speak alike.

`words.json` has, for each noun of the glossary (docs/reference/glossary.md), how English says it and the stem of the
one word that each other language has for it. Whoever translates takes that word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.contract.checkout import ROOT

WORDS: Final[Mapping[str, Mapping[str, str]]] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
LANGUAGES: Final = ("de", "nl", "sv", "no", "da")
PAGE: Final = ROOT / "omt_core" / "wizard" / "static" / "locale"
CATALOGUES: Final = (
    ROOT / "omt_core",
    *sorted(path.parent for path in (ROOT / "plugins").glob("*/locale")),
    *sorted(path.parent for path in (ROOT / "contrib").glob("*/omt_*/locale")),
)
NAMES: Final = re.compile(r"`[^`]*`|\{[^}]*\}|--[\w-]+|omt \w+|(?<= )'[^' ]*'|[\w/\\{}-]+[._]\w+")
"""What is no word in a sentence: commands, options, files, settings, what is quoted, and what is put in."""
SHARED: Final = ("upload.stage.", "comparison.area.")
"""Texts of the page that are names of what the console and the report name too."""


def page(language: str) -> Mapping[str, str]:
    return json.loads((PAGE / f"{language}.json").read_text("utf-8"))


def of_the_tool(language: str) -> Iterator[tuple[str, str]]:
    """Yield each English text of the core and of every plugin with its translation."""
    for package in CATALOGUES:
        yield from json.loads((package / "locale" / f"{language}.json").read_text("utf-8")).items()


def said(language: str) -> Iterator[tuple[str, str]]:
    """Yield those of the page too."""
    yield from of_the_tool(language)
    own = page(language)
    yield from ((text, own[key]) for key, text in page("en").items())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("noun", WORDS)
def test_a_thing_has_one_word(noun: str, language: str) -> None:
    english = re.compile(rf"(?<![-\w])(?:{WORDS[noun]['english']})(?![-\w])", re.IGNORECASE)
    word = re.compile(WORDS[noun][language], re.IGNORECASE)
    other = {
        text: told for text, told in said(language) if english.search(NAMES.sub("", text)) and not word.search(told)
    }
    assert other == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_parts_of_a_migration_as_the_console_and_the_report_do(language: str) -> None:
    names = {text.lower(): told.lower() for text, told in of_the_tool(language)}
    own = page(language)
    shared = {key: text for key, text in page("en").items() if key.startswith(SHARED) and text.lower() in names}
    assert len(shared) > 5
    assert {key: own[key] for key, text in shared.items() if own[key].lower() != names[text.lower()]} == {}
