"""`errors.md`: every error code in the source, with what it says, what to do, and the exit code it leads to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generating.markdown import code, page, table
from omt_core.api import ExitCode, errors

_WORDS = ("code", "message", "remedy")
ROOT = Path(__file__).parents[2]

INTRODUCTION = """\
An error ends a command. It says what happened and what it means, and what to do; `--json` gives the same as
`error.code`, `error.message` and `error.remedy`. Errors marked *page* end no command: the wizard answers a request of
its page with them. `{...}` stands for what differs from case to case. Findings are not errors: see
[findings](findings/index.md)."""

EXITS = {
    ExitCode.DONE: "done; warnings and missing documents included",
    ExitCode.FINDINGS: "findings of severity error stand, a rule raised, or a verification found a mismatch",
    ExitCode.USAGE: "usage, answers or settings; workspace held by another run; a choice is needed",
    ExitCode.SOURCE: "on site: installation, database, login, changed licence identity, unreadable files",
    ExitCode.ONLINE: "the online side or the way there; an accepted tenant; files that could not be confirmed",
    ExitCode.INTERNAL: "a fault of the tool or of a plugin",
    ExitCode.INTERRUPTED: "stopped by the person; the same command goes on from there",
}


@dataclass(frozen=True, slots=True, order=True)
class ErrorCode:
    """An error as it stands in the source."""

    code: str
    kind: str
    message: str
    remedy: str


def pages() -> Mapping[str, str]:
    """Return the page."""
    found = all_errors()
    rows = ((code(one.code), _exit(one.kind), one.message, one.remedy) for one in found)
    return {
        "errors.md": page(
            "Errors and exit codes", INTRODUCTION, "## Exit codes",
            table(("exit code", "meaning"), ((str(int(exit_code)), text) for exit_code, text in EXITS.items())),
            "## Error codes", table(("code", "exit", "what happened", "what to do"), rows),
        )
    }  # fmt: skip


def all_errors() -> list[ErrorCode]:
    """Return every error that is built from words in the source, once per code and class."""
    found: dict[tuple[str, str], ErrorCode] = {}
    for folder in ("omt_core", "plugins"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if "testing" not in file.parts:
                for one in _errors_in(ast.parse(file.read_text(encoding="utf-8"))):
                    found.setdefault((one.code, one.kind), one)
    return sorted(found.values())


def _errors_in(tree: ast.Module) -> Iterator[ErrorCode]:
    for node in ast.walk(tree):
        kind = _called(node)
        if kind is not None and isinstance(node, ast.Call):
            words = _arguments(node, kind)
            if words is not None:
                for one in _texts(words[0]):
                    yield ErrorCode(one, kind, _shown(words[1]), _shown(words[2]))
    refusals = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & set(_KINDS)
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and refusals:
            yield from _listed(node, sorted(refusals))


def _listed(node: ast.Dict, refusals: list[str]) -> Iterator[ErrorCode]:
    """Read tables of (code, message, remedy) that one `raise` serves."""
    for value in node.values:
        if isinstance(value, ast.Tuple) and len(value.elts) == len(_WORDS):
            texts = [_shown(element) for element in value.elts]
            if all(texts) and " " not in texts[0] and "-" in texts[0]:
                yield ErrorCode(texts[0], refusals[-1], texts[1], texts[2])


_KINDS = {name: cls for name, cls in vars(errors).items() if isinstance(cls, type) and issubclass(cls, errors.OmtError)}


_OTHERS = {"ProtocolError": 1, "Fault": 0, "Refusal": 1}
"""Errors of the reference tenant, the way to it, and the wizard's page; which of their arguments is the code."""


def _exit(kind: str) -> str:
    if kind == "Refusal":
        return "page"
    return str(int(ExitCode.ONLINE if kind in _OTHERS else _KINDS[kind].exit_code))


def _arguments(node: ast.Call, kind: str) -> Sequence[ast.expr] | None:
    """Return the expressions for code, message and remedy, or None when the call gives them in some other way."""
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    positional = node.args[_OTHERS.get(kind, 0) :]
    given = [*positional, *(named[name] for name in _WORDS[len(positional) :] if name in named)]
    given += [ast.Constant("")] * (kind == "Fault" and len(given) == len(_WORDS) - 1)
    return given[: len(_WORDS)] if len(given) >= len(_WORDS) else None


def _called(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "Meaning":
            return "InstallationError"
        return node.func.id if node.func.id in _KINDS or node.func.id in _OTHERS else None
    return None


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _shown(node: ast.expr) -> str:
    """Return the words of an expression, with `{...}` for whatever is put in at run time."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_shown(part) if isinstance(part, ast.Constant) else "{...}" for part in node.values)
    if isinstance(node, ast.BinOp):
        return _shown(node.left) + _shown(node.right)
    return "{...}"
