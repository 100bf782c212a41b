"""What the tool says can be said in six languages: translators find every template, and have translated it."""

from __future__ import annotations

import ast
import importlib
import json
import re
from types import ModuleType

import pytest

from omt_core.api import Language
from omt_core.api.sentence import placeholders
from omt_core.app import compose
from omt_core.wizard.words import in_wizard
from tests.contract.checkout import ROOT

OTHERS = tuple(language.value for language in Language if language is not Language.ENGLISH)

IN_ENGLISH = {"help.py"}
"""What it prints is documentation, which is in English."""
OF_DEVELOPERS = {"omt_simulator", "omt_tenant"}
"""Their commands build and serve what stands in for an installation and the online side."""
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


def test_no_command_prints_words_that_no_translator_finds(templates: ModuleType) -> None:
    folders = [folder for name, folder in templates.packages().items() if name not in OF_DEVELOPERS]
    files = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    said = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in files
        if file.name not in IN_ENGLISH
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "print"
        for text in call.args[:1]
        if isinstance(text, ast.JoinedStr | ast.Constant)
        for part in (text.values if isinstance(text, ast.JoinedStr) else [text])
        if isinstance(part, ast.Constant) and WORDS.search(str(part.value))
    ]
    assert said == []


def test_translators_are_asked_for_each_language_that_the_tool_speaks(templates: ModuleType) -> None:
    assert set(templates.LANGUAGES) == set(OTHERS)
