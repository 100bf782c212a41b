"""What the tool says can be said in six languages: translators find every template, and have translated it."""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import re
from collections.abc import Iterable, Iterator
from types import ModuleType

import pytest

from omt_core.api import Language
from omt_core.api.language import catalogue
from omt_core.api.sentence import Sentence, placeholders
from omt_core.app import compose
from omt_core.cli.command import CORE_COMMANDS
from omt_core.cli.line.globals import CommandParser
from omt_core.cli.line.help_page import OWN_WORDS
from omt_core.cli.main import _parser
from omt_core.wizard.words import in_wizard
from tests.contract.checkout import ROOT

OTHERS = tuple(language.value for language in Language if language is not Language.ENGLISH)

OF_PROGRAMS = {
    "omt_core/testing/": "partners' tests, for developers",
    "plugins/omt_tenant/http/": "answers of an HTTP server, with a code for each",
    "plugins/omt_tenant/migration/": "the same",
    "plugins/omt_tenant/store/": "the same",
    "plugins/omt_tenant/importing/": "the same: details of a completion that failed",
    "plugins/omt_protocol/bundle/": "the same",
    "plugins/omt_protocol/recovery_choice.py": "the same",
    "plugins/omt_protocol/protocol_error.py": "the same",
    "omt_core/http/": "the same",
    "plugins/omt_freeze/config_text.py": "marks in files of the installation, by which a thaw knows them again",
}
"""What is said here is read by programs, each for its reason."""
NAMES = {"f'table {name}'", "'table omt.users'"}
"""Places in a receipt, as they are called there."""
TEXTS = {"detail", "message", "remedy", "problem", "why", "reason", "what", "words", "fault", "told"}
"""What arguments and variables are called that hold words for a person."""
SPEAKERS = {
    "aside", "Evidence", "Examination", "ManifestLineError", "Mismatch", "Notice", "paused", "Proposal", "raised",
    "RejectedPluginError", "SimulationError", "store_mismatch", "Stranger", "too_late", "Unclaimed", "undecided",
    "Unmovable", "Unread", "wrong_answer",
}  # fmt: skip
"""What takes words for a person by their place."""
MAKERS = {"sentence", "plural", "FindingCode", "ErrorCode"}
"""A literal that is given to these is found by translators."""
LOGGED = {"debug", "info", "warning", "exception"}
SPACED = re.compile(r"[A-Za-z]{2,}[,;:.]? | [A-Za-z]{2,}")
WORDS = re.compile(r"^(?! *omt ).*[A-Za-z]{2}")
"""Not a command that is shown to be typed."""


@pytest.fixture
def templates(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "docs")
    return importlib.import_module("generating.templates")


@pytest.fixture
def catalogues(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "docs")
    return importlib.import_module("catalogues")


def test_every_template_is_a_literal_that_translators_find(templates: ModuleType) -> None:
    assert [place for folder in templates.packages().values() for place in templates.no_literals(folder)] == []


def test_what_is_put_into_a_template_is_what_it_has_places_for(templates: ModuleType) -> None:
    wrong = {
        one.place: (sorted(templates.names_in(one.text)), sorted(one.given))
        for folder in templates.packages().values()
        for one in templates.every_template(folder)
        if one.given is not None and not templates.names_in(one.text) <= one.given
    }
    assert wrong == {}


def test_translators_find_each_remedy_as_the_wizard_says_it_too(templates: ModuleType) -> None:
    found = {one.text for folder in templates.packages().values() for one in templates.templates_of(folder)}
    assert {in_wizard(code.remedy) for code in compose().host.codes.values()} <= found
    assert {"Read the agreement, then tick it.", '"Let users in again" does so meanwhile.'} <= found
    assert "" not in found


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_places_of_its_template(templates: ModuleType, language: str) -> None:
    files = [folder / "locale" / f"{language}.json" for folder in templates.packages().values()]
    wrong = {
        template: translation
        for file in files
        if file.is_file()
        for template, translation in json.loads(file.read_text("utf-8")).items()
        if not translation.strip() or set(placeholders(translation)) != set(placeholders(template))
    }
    assert wrong == {}


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_translated_that_nobody_says(catalogues: ModuleType, language: str) -> None:
    assert catalogues.left(language) == {}, f"python docs/catalogues.py --tidy {language}"


@pytest.mark.parametrize("language", OTHERS)
def test_no_template_lacks_a_language(catalogues: ModuleType, language: str) -> None:
    assert catalogues.missing(language) == {}, f"python docs/catalogues.py --missing {language}"


@pytest.mark.parametrize("language", OTHERS)
def test_no_command_option_or_group_of_help_lacks_a_language(templates: ModuleType, language: str) -> None:
    own = set(templates.packages())
    foreign = [plugin.name for plugin in compose().host.plugins if f"omt_{plugin.name}" not in own]
    parser, _ = _parser(compose(disabled=foreign, reserved_commands=tuple(CORE_COMMANDS)), Language.ENGLISH)
    told = {text for part in (*shown_by(parser), *OWN_WORDS) for text in templates_in(part)}
    assert len(told) > 100
    assert told - set(catalogue(language)) == set()


def shown_by(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield each text of a page of help, and those of its parts."""
    if isinstance(parser, CommandParser):
        parser.complete()
    texts = [parser.description, parser.epilog]
    for group in parser._action_groups:  # argparse has no other name for it
        texts += [group.title, group.description]
    for action in parser._actions:
        texts.append(action.help)
        if isinstance(action, argparse._SubParsersAction):
            texts += [choice.help for choice in action._choices_actions]
            for part in action.choices.values():
                yield from shown_by(part)
    yield from (text for text in texts if text)


def templates_in(text: str) -> Iterator[str]:
    """Yield what stands in a catalogue of a text; a template of places alone has nothing to translate."""
    if not isinstance(text, Sentence):
        yield text
        return
    if re.search("[A-Za-z]", re.sub(r"\{[^{}]*\}", "", text.template)):
        yield text.template
    for value in text.parameters.values():
        if isinstance(value, Sentence):
            yield from templates_in(value)


def test_no_command_prints_words_that_no_translator_finds(templates: ModuleType) -> None:
    files = [file for folder in templates.packages().values() for file in sorted(folder.rglob("*.py"))]
    said = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in files
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "print"
        for text in call.args[:1]
        if isinstance(text, ast.JoinedStr | ast.Constant)
        for part in (text.values if isinstance(text, ast.JoinedStr) else [text])
        if isinstance(part, ast.Constant) and WORDS.search(str(part.value))
    ]
    assert said == []


def test_whatever_is_said_to_a_person_is_a_sentence_from_where_it_is_made(templates: ModuleType) -> None:
    said = [
        f"{name}:{text.lineno}: {ast.unparse(text)}"
        for folder in templates.packages().values()
        for file in sorted(folder.rglob("*.py"))
        if not (name := file.relative_to(ROOT).as_posix()).startswith(tuple(OF_PROGRAMS))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        for text in given_to_a_person(node)
        if in_words(text) and ast.unparse(text) not in NAMES
    ]
    assert said == []


def test_sentences_are_put_in_a_row_by_what_keeps_them_sentences(templates: ModuleType) -> None:
    glued = [
        f"{name}:{text.lineno}: {ast.unparse(text)}"
        for folder in templates.packages().values()
        for file in sorted(folder.rglob("*.py"))
        if not (name := file.relative_to(ROOT).as_posix()).startswith(tuple(OF_PROGRAMS))
        for text in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(text, ast.JoinedStr)
        for part in text.values
        if isinstance(part, ast.FormattedValue)
        and isinstance(part.value, ast.Attribute)
        and part.value.attr in {"message", "remedy", "meaning"}
    ]
    assert glued == [], "`joined` does"


def given_to_a_person(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what a piece of source hands on to be said, where it is no sentence."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name) as called, args=args, keywords=keywords):
            if name not in MAKERS and name not in LOGGED:
                yield from literals(keyword.value for keyword in keywords if keyword.arg in TEXTS)
            if name in SPEAKERS:
                yield from literals(args)
            if name in {"error", "finding"} and not ast.unparse(called).startswith(("_log.", "log.")):
                yield from literals(args[:1])
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in TEXTS:
            yield from literals([value])


def literals(values: Iterable[ast.expr]) -> Iterator[ast.expr]:
    for value in values:
        if isinstance(value, ast.IfExp):
            yield from literals([value.body, value.orelse])
        elif isinstance(value, ast.JoinedStr | ast.Constant):
            yield value


def in_words(text: ast.expr) -> bool:
    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
    return any(isinstance(part, ast.Constant) and SPACED.search(str(part.value)) for part in parts)


def test_translators_are_asked_for_each_language_that_the_tool_speaks(templates: ModuleType) -> None:
    assert set(templates.LANGUAGES) == set(OTHERS)
