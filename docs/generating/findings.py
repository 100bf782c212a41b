"""`findings/`: a page for every finding code, and an index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from generating.application import application
from generating.markdown import code, page, table
from omt_core.api import FOLDER_PREFIX, FindingCode, Severity
from omt_core.engine.findings import reasoned_line

BEGIN, END = "<!-- by hand -->", "<!-- end -->"
"""What stands between these two lines of a page is kept when the page is written anew."""

EFFECT = {
    Severity.ERROR: "Stops a migration before anything is changed, on site or online, unless it is waived.",
    Severity.WARNING: "Does not stop a migration. Read it before you go on.",
    Severity.INFO: "For your information; nothing need be done.",
}

NOT_WAIVABLE = "Stops a migration before anything is changed. The online side refuses it in any case."


def pages(reference: Path) -> Mapping[str, str]:
    """Return all pages. `reference` is where they lie, for what was added to them by hand."""
    codes = sorted(application().host.codes.values(), key=lambda code: code.code)
    written = {f"findings/{one.code}.md": _page(one, reference / f"findings/{one.code}.md") for one in codes}
    return {**written, "findings/index.md": _index(codes)}


def _page(one: FindingCode, file: Path) -> str:
    named = f"{FOLDER_PREFIX}..." if one.of_folders else one.code
    waiver = code(reasoned_line([named])) if one.waivable else "cannot be waived"
    facts = table(("severity", "plugin", "waive it by"), [(one.severity.value, code(one.plugin), waiver)])
    return page(
        one.code, facts, _effect(one), "## What it means", one.meaning, "## What to do", one.remedy,
        _kept(file), "[All findings](index.md)",
    )  # fmt: skip


def _effect(one: FindingCode) -> str:
    return EFFECT[one.severity] if one.waivable else NOT_WAIVABLE


def _kept(file: Path) -> str:
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    _, begin, rest = text.partition(BEGIN)
    kept, end, _ = rest.partition(END)
    return f"{BEGIN}{kept}{END}" if begin and end else ""


def _index(codes: list[FindingCode]) -> str:
    plugins: defaultdict[str, list[FindingCode]] = defaultdict(list)
    for one in codes:
        plugins[one.plugin].append(one)
    blocks: list[str] = []
    for plugin, found in sorted(plugins.items()):
        rows = ((f"[`{one.code}`]({one.code}.md)", one.severity.value, one.meaning) for one in found)
        blocks += [f"## {plugin}", table(("code", "severity", "meaning"), rows)]
    return page(
        "Findings",
        "What the tool can have to say about an installation. A code never changes its meaning. The severity is the "
        "usual one; a rule may find a single case less or more grave. `waive` in the "
        "[answers file](../answers.md) lets a run go on in spite of an error; receipt and report say so.",
        *blocks,
    )
