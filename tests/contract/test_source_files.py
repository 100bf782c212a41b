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
    "omt_core/api": 24,  # all of it is told of under one name, `omt_core.api`
    "omt_core/cli/command": 20,  # a command each, under its own name
    "omt_core/engine": 15,  # a moment of a run each, from opening to result
}
"""Folders with more modules, and how many they may have."""

NO_DOORS = {"__init__.py", "errors.py"}
"""What every package has under the same name: what it exports, and the catalogue of the errors that it raises."""

RENAMES_OR_REMOVES = {
    "unlink",
    "rename",
    "rmdir",
    "removedirs",
    "rmtree",
    "move",
    "replace",
    "remove",
    "TemporaryDirectory",
}
OF_FOLDERS_AND_FILES = {"os", "shutil"}
IMPATIENT = {
    "omt_core/api/files/patience.py",  # has the patience
    "omt_core/logs.py",  # the event loop writes the log: what cannot be renamed now is renamed at the next chance
    "plugins/omt_freeze/service_config.py",  # removes a folder of its own, if nothing is in it
}
MACHINE_PATH = re.compile(r"""["'\s(](/work/\w|/home/\w|/Users/\w)""")


def test_every_file_is_named_after_its_subject() -> None:
    assert {shown(path) for path in python_files(*SOURCES) if path.stem in WITHOUT_SUBJECT} == set()


def test_every_module_says_what_it_is_for() -> None:
    silent = {
        shown(path)
        for path in python_files("omt_core", "plugins", "contrib", "docs", "packaging_windows")
        if "tests" not in path.parts and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert silent == set()


def _renames_or_removes(call: ast.Call) -> bool:
    """Tell by the name, and by what else has it: text takes two arguments, a time keywords, sqlglot an expression."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in RENAMES_OR_REMOVES:
        return False
    owner, arguments = ast.unparse(call.func.value), [ast.unparse(argument) for argument in call.args]
    if call.func.attr in {"move", "remove"}:
        return owner in OF_FOLDERS_AND_FILES
    if call.func.attr == "replace":
        return owner == "os" or (len(arguments) == 1 and not arguments[0].startswith("exp."))
    return True


def test_files_are_renamed_and_removed_with_patience_for_who_holds_them() -> None:
    beside = {
        f"{shown(path)}:{node.lineno}"
        for path in python_files("omt_core", "plugins")
        if shown(path) not in IMPATIENT
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and _renames_or_removes(node)
    }
    assert beside == set(), "omt_core.api.files has replace, remove, remove_tree and temporary_folder"


def test_no_folder_is_a_wall_of_doors() -> None:
    modules = Counter(
        shown(path.parent)
        for path in python_files("omt_core", "plugins", "contrib")
        if path.name not in NO_DOORS and "tests" not in path.parts
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
