"""Habits that hold for every file of the wizard's page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.contract.checkout import ROOT, shown

STATIC = ROOT / "omt_core" / "wizard" / "static"
SCRIPTS = sorted(STATIC.rglob("*.js"))
STYLES = sorted(STATIC.rglob("*.css"))
ENGLISH = json.loads((STATIC / "locale" / "en.json").read_text(encoding="utf-8"))
LONGEST = 400

MARKUP_FROM_TEXT = re.compile(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function)")
FROM_OUTSIDE = re.compile(r"""(?:\bfrom\s+|\bimport\(?\s*|@import\s+|url\(\s*|\bsrc=|\bhref=)["'`]?(?:https?:)?//""")
COUNTED = re.compile(r"""\btn\(\s*"([^"]+)\"""")
LITERAL = re.compile(r"""\bt\(\s*"([^"]+)\"""")
QUOTED = re.compile(r'"([a-z][\w-]*(?:\.[\w-]+)+)"')
TEMPLATE = re.compile(r"`([^`\n]*\$\{[^`\n]*)`")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SCRIPTS + STYLES, ids=shown)
def test_no_file_of_the_page_is_longer_than_four_hundred_lines(path: Path) -> None:
    assert len(text(path).splitlines()) <= LONGEST


@pytest.mark.parametrize("path", SCRIPTS, ids=shown)
def test_every_script_says_what_it_is_for(path: Path) -> None:
    assert text(path).startswith("/**")


@pytest.mark.parametrize("path", SCRIPTS, ids=shown)
def test_no_script_makes_markup_or_code_of_text(path: Path) -> None:
    assert MARKUP_FROM_TEXT.findall(text(path)) == []


@pytest.mark.parametrize("path", [STATIC / "index.html", *SCRIPTS, *STYLES], ids=shown)
def test_nothing_is_fetched_from_outside(path: Path) -> None:
    assert FROM_OUTSIDE.findall(text(path)) == []


def test_every_screen_has_a_stylesheet_of_its_name() -> None:
    screens = {path.stem for path in (STATIC / "js" / "screens").glob("*.js")}
    assert screens
    assert screens - {path.stem for path in STYLES} == set()


def test_the_english_texts_are_sorted_by_their_keys() -> None:
    assert list(ENGLISH) == sorted(ENGLISH)


def test_every_text_that_a_script_asks_for_is_there() -> None:
    asked = {key for path in SCRIPTS for key in LITERAL.findall(text(path))}
    for path in SCRIPTS:
        for key in COUNTED.findall(text(path)):
            asked |= {f"{key}.one", f"{key}.other"}
    assert asked - set(ENGLISH) == set()


def test_no_text_is_there_that_no_script_asks_for() -> None:
    scripts = "\n".join(map(text, SCRIPTS))
    asked = {*LITERAL.findall(scripts), *QUOTED.findall(scripts)}
    counted = {f"{key}.{form}" for key in COUNTED.findall(scripts) for form in ("one", "other")}
    made = [re.compile(_any_of(template)) for template in TEMPLATE.findall(scripts)]
    unused = [key for key in ENGLISH if key not in asked | counted and not any(one.fullmatch(key) for one in made)]
    assert unused == []


def _any_of(template: str) -> str:
    """Return a pattern for the keys that a template such as `step.${name}` can make."""
    return r"[\w.-]+".join(re.escape(part) for part in re.split(r"\$\{[^}]*\}", template))
