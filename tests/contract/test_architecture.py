"""The architecture draws the house that stands here, and documents name no file or folder that is gone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.checkout import NOT_OURS, ROOT, shown

ARCHITECTURE = ROOT / "docs/architecture.md"
DOCUMENTS = [ROOT / "README.md", ARCHITECTURE, *sorted((ROOT / "docs/how-to").glob("*.md"))]

_DRAWN = re.compile(r"(?<![\w/.])([\w/]+/|[\w/]+\.py|omt_\w+)(?![\w/.])")
_NAMED = re.compile(r"`([\w./-]+(?:/|\.py))`")


def _picture() -> str:
    return ARCHITECTURE.read_text(encoding="utf-8").split("## Parts")[1].split("```")[1]


def _drawn() -> Iterator[tuple[Path, str]]:
    """Every file and folder of the picture, with the one that it is drawn below."""
    root, entry = ROOT, ROOT
    for line in _picture().splitlines():
        depth = len(line) - len(line.lstrip())
        names = _DRAWN.findall(line)
        if depth == 0 and names:
            yield ROOT, names[0]
            root = entry = ROOT / names.pop(0)
        elif depth == 2 and names:
            yield root, names[0]
            entry = root / names[0]
            if not line.split()[0].startswith("omt_"):
                names.pop(0)
        for name in names:
            yield (root if name.startswith("omt_") else entry if entry.is_dir() else root), name
            entry = root / name if name.startswith("omt_") else entry


def _folders(folder: Path) -> set[str]:
    return {
        path.name
        for path in folder.iterdir()
        if path.is_dir() and path.name not in NOT_OURS and any(path.rglob("*.py")) and not path.name.startswith(".")
    }


def _exists(name: str) -> bool:
    """Tell whether a file or folder is here: by its whole path, or from the core, the wizard or a plugin on."""
    plugins = ROOT / "plugins"
    places = (ROOT, ROOT / "omt_core", ROOT / "omt_core/wizard", plugins, *sorted(plugins.iterdir()))
    return any((place / name).exists() for place in places)


def test_every_file_and_folder_of_the_picture_is_there() -> None:
    drawn = list(_drawn())
    assert len(drawn) > 50
    assert {name for below, name in drawn if not (below / name).exists()} == set()


@pytest.mark.parametrize("folder", ["omt_core", "plugins", "tests"])
def test_every_folder_that_is_there_is_drawn(folder: str) -> None:
    drawn = {name.rstrip("/") for below, name in _drawn() if below == ROOT / folder}
    assert _folders(ROOT / folder) - drawn == set()


def test_the_layers_are_those_that_are_held() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(one for one in config["tool"]["importlinter"]["contracts"] if one["type"] == "layers")
    held = [name.strip().removeprefix("omt_core.") for layer in contract["layers"] for name in layer.split("|")]
    sentence = ARCHITECTURE.read_text("utf-8").split("Layers, each knowing only those below: ")[1].split(". ")[0]
    assert re.findall(r"`(\w+)`", sentence) == [name for name in held if name != "__main__"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=shown)
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert {name for name in _NAMED.findall(text) if not _exists(name)} == set()


def test_every_module_that_authors_of_tests_are_sent_to_is_there() -> None:
    guide = (ROOT / "docs/how-to/test-a-plugin.md").read_text(encoding="utf-8")
    table = guide.split("| module | what you get |")[1].split("\n\n")[0]
    modules = {name for row in table.splitlines() if row for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert "conformance" in modules
    assert {name for name in modules if not (ROOT / f"omt_core/testing/{name}.py").is_file()} == set()
