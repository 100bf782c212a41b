"""Documents hold together: links lead somewhere, and nothing is there that nobody can find."""

from __future__ import annotations

import ast
import re
import subprocess
import textwrap
import tomllib
from pathlib import Path

import pytest

from omt_core.answers.file import load_answers
from tests.contract.checkout import ROOT, shown

DOCS = ROOT / "docs"
FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
DOCUMENT = re.compile(r"(?<![\w{*/.:-])[\w.-][\w./-]*\.md\b(?![\w(])")
"""A document that a text names."""
PAPER = re.compile(r"\b(?:CONTRACT|DESIGN|PEERS)(?:\.md|[ ,]+section|\))")
"""Papers that the project was planned with, which are no part of it."""
STANDS_FOR_MANY = frozenset({"docs/reference/findings/CODE.md"})
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def documents() -> list[Path]:
    return sorted(DOCS.rglob("*.md"))


def links(file: Path) -> list[tuple[str, str]]:
    text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = [link for link in LINK.findall(text) if not link.startswith(("http:", "https:", "mailto:"))]
    return [(link.partition("#")[0], link.partition("#")[2]) for link in found]


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    broken = set()
    for file in documents():
        for path, heading in links(file):
            target = (file.parent / path).resolve() if path else file
            if not target.exists() or (heading and heading not in _headings(target)):
                broken.add(f"{shown(file)}: {path}#{heading}")
    assert broken == set()


def test_every_document_can_be_reached_from_the_index() -> None:
    reached: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        file = waiting.pop()
        if file in reached or file.suffix != ".md":
            continue
        reached.add(file)
        waiting += [(file.parent / path).resolve() for path, _ in links(file) if path]
    assert {shown(file) for file in documents() if file not in reached} == set()


@pytest.mark.parametrize("file", documents(), ids=shown)
def test_what_it_shows_of_code_can_be_read_by_a_machine(file: Path) -> None:
    for language, text in FENCE.findall(file.read_text(encoding="utf-8")):
        lines = textwrap.dedent(text)
        if language == "python" and file.name != "hooks.md":  # which shows declarations, not code
            compile(lines, shown(file), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        elif language == "toml":
            tomllib.loads(lines)


@pytest.mark.parametrize("name", ["how-to/run-unattended.md", "reference/answers.md"])
def test_a_whole_answers_file_that_it_shows_is_one(name: str, tmp_path: Path) -> None:
    (text,) = (text for _, text in FENCE.findall((DOCS / name).read_text(encoding="utf-8")) if "[login]" in text)
    (tmp_path / "answers.toml").write_text(text, encoding="utf-8")
    assert load_answers(tmp_path / "answers.toml").login.user == "HH"


def test_nothing_refers_to_a_document_that_is_not_here() -> None:
    """Whoever reads the code can look up what it names; `crm.md` is short for the one below `docs/reference`."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    endings = (".py", ".md", ".js", ".css", ".html", ".toml")
    files = [name for name in listed.splitlines() if name.endswith(endings) and not name.startswith("newsfragments/")]
    if not files:
        pytest.skip("this is no checkout")
    here = {path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.md") if ".venv" not in path.parts}
    ends = {name[begin:] for name in here for begin in range(len(name)) if begin == 0 or name[begin - 1] == "/"}
    dead = set()
    for name in files:
        text = (ROOT / name).read_text(encoding="utf-8")
        dead |= {f"{name}: {found}" for found in PAPER.findall(text) if name != "tests/contract/test_documents.py"}
        dead |= {
            f"{name}: {found}"
            for found in DOCUMENT.findall(text)
            if found.removeprefix("./").lstrip("./") not in ends and found not in STANDS_FOR_MANY
        }
    assert dead == set()


def _headings(file: Path) -> set[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    heads = [line.lstrip("#").strip() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
