"""Documents hold together: links lead somewhere, and nothing is there that nobody can find."""

from __future__ import annotations

import re
from pathlib import Path

from tests.contract.checkout import ROOT, shown

DOCS = ROOT / "docs"
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


def _headings(file: Path) -> set[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    heads = [line.lstrip("#").strip() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
