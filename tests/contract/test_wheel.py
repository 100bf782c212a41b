"""What a user installs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.contract.checkout import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this checkout. Built by hatchling alone, so that no network is needed."""
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_its_top_level_names_are_the_core_and_the_plugins(wheel: zipfile.ZipFile) -> None:
    names = {name.partition("/")[0] for name in wheel.namelist()}
    packages = {path.name for path in (ROOT / "plugins").iterdir() if (path / "__init__.py").is_file()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"omt_core", *packages}
    assert all(name.startswith("omt_") for name in packages)


def test_it_says_that_it_is_typed_and_brings_all_that_is_not_python(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert "omt_core/py.typed" in names
    kept = {
        path.relative_to(root).as_posix()
        for root, part in ((ROOT / "plugins", "."), (ROOT, "omt_core"))
        for path in (root / part).rglob("*")
        if path.is_file() and path.suffix in {".json", ".html", ".css", ".js", ".jinja", ".template"}
    }
    assert kept <= names


def test_it_brings_every_page_of_the_documentation_and_nothing_else_of_it(wheel: zipfile.ZipFile) -> None:
    place = "omt_core/documentation/pages/"
    packed = {name.removeprefix(place) for name in wheel.namelist() if name.startswith(place)}
    assert packed >= {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {Path(name).suffix for name in packed} <= {".md", ".json"}


def test_its_entry_points_are_those_of_the_project_and_lead_somewhere(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    text = wheel.read(name).decode()
    assert "omt = omt_core.__main__:main" in text
    assert "[pytest11]\nomt = omt_core.testing.pytest_plugin" in text
    for line in text.partition("[omt.plugins]\n")[2].partition("\n\n")[0].splitlines():
        if "=" in line and ":" in line:
            module = line.partition(" = ")[2].partition(":")[0]
            assert Path(module.replace(".", "/")).joinpath("__init__.py").as_posix() in wheel.namelist()
