"""Each error is an entry of the catalogue: nothing makes one by a literal code, and whoever can raise one named it."""

from __future__ import annotations

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from omt_core.api import ErrorCode, OmtError, errors
from omt_core.app import compose
from omt_core.cli.errors import FRONT_END_ERROR_CODES
from omt_core.plugin_host.manager import DISTRIBUTION, GROUP, RegisteredError
from tests.contract.checkout import ROOT, python_files, shown

SOURCES = tuple(path for path in python_files("omt_core", "plugins", "contrib") if "tests" not in path.parts)
FROM_THE_WIRE = "plugins/omt_protocol/errors.py"
"""What a tenant may say: nothing here need raise it by name."""


ONCE = 1
"""In the tuple that names all codes of a package."""


@pytest.fixture(scope="module")
def catalogue() -> Mapping[str, RegisteredError]:
    return compose(error_codes=FRONT_END_ERROR_CODES).host.error_codes


def test_no_module_makes_an_error_from_a_literal_code() -> None:
    kinds = error_classes()
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and makes_an_error(node, kinds) and is_literal(code_of(node))
    ]
    assert found == [], "declare an ErrorCode and raise CODE.error(...)"


def test_every_error_code_of_the_tool_and_its_plugins_is_registered(catalogue: Mapping[str, RegisteredError]) -> None:
    declared = {code: place for place, _, code in declarations("omt_core", "plugins")}
    assert {place: code for code, place in declared.items() if code not in catalogue} == {}


def test_no_error_code_is_declared_and_never_raised() -> None:
    loads = Counter(
        node.id
        for path in SOURCES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
    declared = declarations("omt_core", "plugins", "contrib")
    unused = [f"{place}: {name}" for place, name, _ in declared if place != FROM_THE_WIRE and loads[name] <= ONCE]
    assert unused == []


def test_what_a_plugin_takes_from_a_library_it_names(catalogue: Mapping[str, RegisteredError]) -> None:
    plugins = {entry.module.partition(".")[0]: entry for entry in entry_points(group=GROUP)}
    unnamed = []
    for path in SOURCES:
        package = path.relative_to(ROOT / "plugins").parts[0] if path.is_relative_to(ROOT / "plugins") else ""
        entry = plugins.get(package)
        if entry is None or entry.dist is None or entry.dist.name != DISTRIBUTION:
            continue
        for code in codes_imported(path):
            owners = catalogue[code.code].owners
            if entry.name not in owners and "core" not in owners:
                unnamed.append(f"{shown(path)}: {code.code}")
    assert unnamed == []


def test_error_codes_are_words_joined_by_hyphens_and_speak_in_sentences(
    catalogue: Mapping[str, RegisteredError],
) -> None:
    for name, one in catalogue.items():
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name), name
        assert one.code.meaning.endswith("."), name
        assert one.code.remedy.endswith((".", ".)")), name


def test_every_error_code_is_in_the_reference_with_its_exit_code(catalogue: Mapping[str, RegisteredError]) -> None:
    page = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")
    defaults = {entry.name for entry in entry_points(group=GROUP) if entry.dist and entry.dist.name == DISTRIBUTION}
    for name, one in catalogue.items():
        if {"core", *defaults} & set(one.owners):
            assert f"| `{name}` | {int(one.code.kind.exit_code)} |" in page, name


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def error_classes() -> set[str]:
    """Return the names of all classes of errors, those of plugins too: whatever derives from one of them is one."""
    known = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, OmtError)}
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for path in SOURCES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
    }
    while more := {name for name, of in bases.items() if of & known} - known:
        known |= more
    return known


def makes_an_error(call: ast.Call, kinds: set[str]) -> bool:
    called = call.func
    if isinstance(called, ast.Attribute) and called.attr == "__init__" and isinstance(called.value, ast.Call):
        return ast.unparse(called.value) == "super()"
    return (called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")) in kinds


def code_of(call: ast.Call) -> ast.expr | None:
    named = next((keyword.value for keyword in call.keywords if keyword.arg == "code"), None)
    return call.args[0] if len(call.args) >= 3 else named


def is_literal(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.IfExp():
            return is_literal(node.body) or is_literal(node.orelse)
        case _:
            return False


def declarations(*folders: str) -> Iterator[tuple[str, str, str]]:
    """Yield each error code that is declared: the file, the name of the constant, the code."""
    for path in SOURCES:
        if shown(path).startswith(folders):
            for node in ast.walk(tree_of(path)):
                match node:
                    case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=ast.Name(id="ErrorCode")) as made):
                        code = next(one.value for one in made.keywords if one.arg == "code")
                        yield shown(path), name, ast.literal_eval(code)


def codes_imported(path: Path) -> Iterator[ErrorCode[OmtError]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                if one.name.isupper():
                    value = getattr(importlib.import_module(node.module), one.name, None)
                    if isinstance(value, ErrorCode):
                        yield value
