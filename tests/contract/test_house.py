"""The house keeps its shape: what a session holds has one owner and one door, and no import goes in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from omt_core.engine.session import MigrationSession
from tests.contract.checkout import ROOT, python_files, shown

_CHANGES_A_SESSION: Final = frozenset(
    name for name in vars(MigrationSession) if not name.startswith("_") and name not in {"now", "engine", "journal"}
)


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT / "plugins" if (ROOT / "plugins") in path.parents else ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _names_a_session(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name in {"session", "now"}


def _assigned(tree: ast.Module) -> Iterator[ast.Attribute]:
    for node in ast.walk(tree):
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AugAssign | ast.AnnAssign)
            else []
        )
        for target in targets:
            yield from (one for one in ast.walk(target) if isinstance(one, ast.Attribute))


def test_what_a_session_holds_is_assigned_in_one_file() -> None:
    found = {
        f"{shown(path)}:{attribute.lineno}"
        for path in python_files("omt_core")
        if path.name != "session.py"
        for attribute in _assigned(ast.parse(path.read_text(encoding="utf-8")))
        if _names_a_session(attribute.value)
    }
    assert found == set()


def test_front_ends_change_a_session_by_steps_and_not_otherwise() -> None:
    found = {
        f"{shown(path)}:{node.lineno}"
        for path in python_files("omt_core/cli", "omt_core/wizard")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in _CHANGES_A_SESSION and _names_a_session(node.value)
    }
    assert found == set()


def _imported(path: Path, modules: Mapping[str, Path]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                below = f"{node.module}.{alias.name}"
                found.add(below if below in modules else node.module)
    return found & modules.keys()


def test_no_module_imports_one_that_imports_it_however_far_away() -> None:
    """Also not for type checkers alone: a circle that is hidden is one."""
    modules = {_module(path): path for path in python_files("omt_core", "plugins")}
    imports = {name: _imported(path, modules) - {name} for name, path in modules.items()}
    while free := {name for name, others in imports.items() if not others & imports.keys()}:
        for name in free:
            del imports[name]
    # Those that are imported by nobody here only lead into a circle.
    while leading := imports.keys() - {other for others in imports.values() for other in others}:
        for name in leading:
            del imports[name]
    circle = {name: sorted(others & imports.keys()) for name, others in imports.items()}
    assert circle == {}
