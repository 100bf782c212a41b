"""Habits that hold for every file."""

from __future__ import annotations

import ast
import re
import subprocess

from tests.contract.checkout import ROOT, SOURCES, python_files, shown

WITHOUT_SUBJECT = {"utils", "helpers", "common", "misc", "manager2", "data"}
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
