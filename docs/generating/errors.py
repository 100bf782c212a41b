"""`errors.md`: every error code of the catalogue, with what happened, what to do, and the exit code it leads to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from generating.application import application
from generating.markdown import code, page, table
from omt_core.api import ExitCode

ROOT = Path(__file__).parents[2]
_PAGE_ONLY = ("omt_core/http", "omt_core/wizard")
_REFUSAL = "Refusal"

INTRODUCTION = """\
An error ends a command. It says what happened and what it means, and what to do; `--json` gives the same as
`error.code`, `error.message` and `error.remedy`. A code never changes its meaning. What an error says of a single case
names that: the file, the table, the address. Findings are not errors: see [findings](findings/index.md)."""

OF_THE_PAGE = """\
These end no command: the wizard answers a request of its page with them. `{...}` stands for what differs from case to
case."""

EXITS = {
    ExitCode.DONE: "done; warnings and missing documents included",
    ExitCode.FINDINGS: "findings of severity error stand, a rule raised, or a verification found a mismatch",
    ExitCode.USAGE: "usage, answers or settings; workspace held by another run; a choice is needed",
    ExitCode.SOURCE: "on site: installation, database, login, changed licence identity, unreadable files",
    ExitCode.ONLINE: "the online side or the way there; an accepted tenant; files that could not be confirmed",
    ExitCode.INTERNAL: "a fault of the tool or of a plugin, or a result that could not be written: a full disk, say",
    ExitCode.INTERRUPTED: "stopped by the person; the same command goes on from there",
}


def pages() -> Mapping[str, str]:
    """Return the page."""
    named = sorted(application().host.error_codes.items())
    rows = (
        (code(name), str(int(one.code.kind.exit_code)), one.code.meaning, one.code.remedy, _names(one.owners))
        for name, one in named
    )
    refusals = ((code(name), what, remedy) for name, what, remedy in sorted(set(_refusals())))
    return {
        "errors.md": page(
            "Errors and exit codes", INTRODUCTION, "## Exit codes",
            table(("exit code", "meaning"), ((str(int(exit_code)), text) for exit_code, text in EXITS.items())),
            "## Error codes", table(("code", "exit", "what happened", "what to do", "raised by"), rows),
            "## Refusals of the wizard's page", OF_THE_PAGE,
            table(("code", "what happened", "what to do"), refusals),
        )
    }  # fmt: skip


def _names(owners: tuple[str, ...]) -> str:
    return ", ".join(code(owner) for owner in owners)


def _refusals() -> Iterator[tuple[str, str, str]]:
    """Read what the page alone is told: `Refusal(status, code, message, remedy)` in the source."""
    for folder in _PAGE_ONLY:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == _REFUSAL:
                    words = [_shown(argument) for argument in node.args[1:]]
                    if len(words) == 3 and isinstance(node.args[1], ast.Constant):  # noqa: PLR2004 - code, message, remedy
                        yield words[0], words[1], words[2]


def _shown(node: ast.expr) -> str:
    """Return the words of an expression, with `{...}` for whatever is put in at run time."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_shown(part) if isinstance(part, ast.Constant) else "{...}" for part in node.values)
    if isinstance(node, ast.BinOp):
        return _shown(node.left) + _shown(node.right)
    return "{...}"
