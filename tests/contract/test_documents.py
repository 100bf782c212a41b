"""Documents hold together: links lead somewhere, and nothing is there that nobody can find."""

from __future__ import annotations

import ast
import re
import textwrap
import tomllib
from pathlib import Path

import pytest

from omt_core.answers.file import load_answers
from tests.contract.checkout import ROOT, shown

DOCS = ROOT / "docs"
FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
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


def _headings(file: Path) -> set[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    heads = [line.lstrip("#").strip() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
