"""Declarations as they stand in the code: signatures, defaults, fields, and what a name is an alias of."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cache
from pathlib import Path

from typing_extensions import override

import omt_core.api
from generating.markdown import code, prose, table

_NOTHING = inspect.Parameter.empty


class _Shown:
    """A default in a signature, shown as it is written."""

    def __init__(self, value: object) -> None:
        self._value = value

    @override
    def __repr__(self) -> str:
        return written(self._value)


def written(value: object) -> str:
    """Return a value as one writes it."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, tuple) and value and all(isinstance(one, Enum) for one in value):
        return f"({', '.join(map(written, value))},)"
    if isinstance(value, type) or inspect.isroutine(value):
        return "..." if value.__name__ == "<lambda>" else value.__name__
    return repr(value)


def signature(function: Callable[..., object], *, bound: bool = False) -> str:
    """Return parameters and answer; `bound` leaves the first parameter out."""
    found = inspect.signature(function)
    parameters = [
        one.replace(
            annotation=_bare(one.annotation),
            default=one.default if one.default is _NOTHING else _Shown(one.default),
        )
        for one in found.parameters.values()
    ]
    shown = found.replace(parameters=parameters[bound:], return_annotation=_bare(found.return_annotation))
    return str(shown)


class _Word:
    """An annotation, shown without the quotes that a text has."""

    def __init__(self, text: str) -> None:
        self._text = text

    @override
    def __repr__(self) -> str:
        return self._text


def _bare(annotation: object) -> object:
    return _Word(annotation) if isinstance(annotation, str) else annotation


def fields(cls: type) -> str:
    """Return the table of the fields of a dataclass or of a named tuple."""
    rows = [(code(name), code(kind), default) for name, kind, default in _fields(cls)]
    return table(("field", "type", "default"), rows) if rows else ""


def _fields(cls: type) -> Iterator[tuple[str, str, str]]:
    if dataclasses.is_dataclass(cls):
        for field in dataclasses.fields(cls):
            yield field.name, str(field.type), _default(field)
        return
    defaults = getattr(cls, "_field_defaults", {})
    for name, kind in getattr(cls, "__annotations__", {}).items():
        shown = kind.__forward_arg__ if isinstance(kind, typing.ForwardRef) else str(kind)
        yield name, shown, code(written(defaults[name])) if name in defaults else ""


def _default(field: dataclasses.Field[object]) -> str:
    if field.default is not dataclasses.MISSING:
        return code(written(field.default))
    if field.default_factory is dataclasses.MISSING:
        return ""
    made = field.default_factory()
    return code(written(made)) if not made else "made anew"


def members(cls: type) -> str:
    """Return the table of the methods and properties that a class has of its own."""
    rows = []
    for name, member in vars(cls).items():
        if name.startswith("_"):
            continue
        function = getattr(member, "__func__", member)
        if isinstance(member, property):
            rows.append((code(name), prose(member.__doc__)))
        elif inspect.isfunction(function) and function.__module__.startswith("omt_core."):
            word = "async " if inspect.iscoroutinefunction(function) else ""
            shown = signature(function, bound=not isinstance(member, staticmethod))
            rows.append((code(f"{word}{name}{shown}"), prose(function.__doc__)))
    return table(("member", "what for"), rows) if rows else ""


@cache
def _assigned() -> dict[str, tuple[str, str]]:
    """Return what every name of the public modules is assigned, and the words below it."""
    found: dict[str, tuple[str, str]] = {}
    for file in sorted(Path(omt_core.api.__file__).parent.rglob("*.py")):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        for one, after in zip(body, [*body[1:], None], strict=True):
            target = one.targets[0] if isinstance(one, ast.Assign) else getattr(one, "target", None)
            value = getattr(one, "value", None)
            if isinstance(target, ast.Name) and isinstance(value, ast.expr):
                is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                text = after.value.value if is_text and isinstance(after, ast.Expr) else ""  # type: ignore[attr-defined]  # a constant, as was just looked
                found.setdefault(target.id, (ast.unparse(value), str(text)))
    return found


def assignment(name: str) -> tuple[str, str]:
    """Return what a public name is assigned, as it is written, and what is said of it there."""
    return _assigned().get(name, ("", ""))
