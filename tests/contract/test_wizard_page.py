"""Habits that hold for every file of the wizard's page."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.contract.checkout import ROOT, shown

STATIC = ROOT / "omt_core" / "wizard" / "static"
SCRIPTS = sorted(STATIC.rglob("*.js"))
STYLES = sorted(STATIC.rglob("*.css"))
LONGEST = 400

MARKUP_FROM_TEXT = re.compile(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function)")
LAYERS = STATIC / "css" / "layers.css"
LINKED = re.compile(r"""(?:stylesheet" href="css/|@import url\(")([\w-]+\.css)""")
LAYERED = re.compile(r"""^@import url\("([\w-]+)\.css"\) layer\((\w+)\);$""", flags=re.MULTILINE)
FROM_OUTSIDE = re.compile(r"""(?:\bfrom\s+|\bimport\(?\s*|@import\s+|url\(\s*|\bsrc=|\bhref=)["'`]?(?:https?:)?//""")


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


def test_a_style_sheet_is_loaded_from_one_place() -> None:
    """Loaded again by a second screen it would come after the first one's own sheet, and win."""
    named = [name for path in [STATIC / "index.html", *STYLES] for name in LINKED.findall(text(path))]
    assert [name for name, count in Counter(named).items() if count > 1] == []
    assert {path.name for path in STYLES} - set(named) == {"documentation.css"}  # pages of their own, with no layers
    assert [path.name for path in SCRIPTS if "stylesheet" in text(path)] == []


def test_every_sheet_is_in_a_layer_so_that_no_page_spoils_another() -> None:
    """Which of two rules holds follows from the list of layers, and not from the page that was opened before."""
    layers = dict(LAYERED.findall(text(LAYERS)))
    assert text(LAYERS).count("@import") == len(layers)
    (order,) = re.findall(r"^@layer ([\w, ]+);$", text(LAYERS), flags=re.MULTILINE)
    assert list(dict.fromkeys(layers.values())) == order.split(", ")
    screens = {path.stem for path in (STATIC / "js" / "screens").glob("*.js")}
    assert {name for name, layer in layers.items() if layer == "pages"} == screens
    assert [path.name for path in STYLES if path != LAYERS and "@layer" in text(path)] == []


def test_the_parts_of_a_block_are_styled_in_one_sheet() -> None:
    """Two blocks of one name would each look as the sheet that came last has it."""
    sheets: dict[str, set[str]] = {}
    for path in STYLES:
        for block in re.findall(r"^\.([a-z-]+)__", text(path), flags=re.MULTILINE):
            sheets.setdefault(block, set()).add(path.name)
    assert {block: names for block, names in sheets.items() if len(names) > 1} == {}
