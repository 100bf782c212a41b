"""Habits that hold for every file."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter

from tests.contract.checkout import ROOT, SOURCES, python_files, shown

WITHOUT_SUBJECT = {"utils", "helpers", "common", "misc", "manager2", "data"}
MODULES_IN_A_FOLDER = 14

WIDE = {
    "omt_core/api": 21,  # all of it is told of under one name, `omt_core.api`
    "omt_core/engine": 15,  # a moment of a run each, from opening to result
}
"""Folders with more modules, and how many they may have."""

RENAMES_OR_REMOVES = re.compile(
    r"\.unlink\(|\.rename\(|os\.(?:replace|rename|remove|unlink)\(|shutil\.(?:rmtree|move)\("
)
MACHINE_PATH = re.compile(r"""["'\s(](/work/\w|/home/\w|/Users/\w)""")


def test_every_file_is_named_after_its_subject() -> None:
    assert {shown(path) for path in python_files(*SOURCES) if path.stem in WITHOUT_SUBJECT} == set()


def test_every_module_says_what_it_is_for() -> None:
    silent = {
        shown(path)
        for path in python_files("omt_core", "plugins", "contrib", "docs")
        if "tests" not in path.parts and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert silent == set()


def test_files_are_renamed_and_removed_with_patience_for_who_holds_them() -> None:
    beside = {
        shown(path)
        for path in python_files("omt_core", "plugins")
        if shown(path) != "omt_core/api/files.py" and RENAMES_OR_REMOVES.search(path.read_text("utf-8"))
    }
    assert beside == set(), "omt_core.api.files has replace, remove and remove_tree"


def test_no_folder_is_a_wall_of_doors() -> None:
    modules = Counter(
        shown(path.parent)
        for path in python_files("omt_core", "plugins", "contrib")
        if path.name != "__init__.py" and "tests" not in path.parts
    )
    wide = {folder: count for folder, count in modules.items() if count > WIDE.get(folder, MODULES_IN_A_FOLDER)}
    assert wide == {}, "make a wing of what belongs together, or let a module move in with the only one that uses it"


def test_nothing_knows_the_machine_it_was_written_on() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    endings = (".py", ".toml", ".md", ".json", ".html", ".ini", ".yml")
    files = [ROOT / name for name in listed.splitlines() if name.endswith(endings)] or python_files(*SOURCES)
    found = {
        shown(path)
        for path in files
        if path.is_file() and path.name != "test_source_files.py" and MACHINE_PATH.search(path.read_text("utf-8"))
    }
    assert found == set()
