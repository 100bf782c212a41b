"""`api.md`: every name of the public surface."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from enum import Enum
from types import ModuleType

from pydantic import BaseModel

import omt_core.api
from generating.declarations import assignment, fields, members, signature
from generating.markdown import NUMBERS, code, page, prose, table

INTRODUCTION = """\
All that a plugin builds on: `from omt_core.api import Plugin, hookimpl, Finding, calls`. These names change only as
semantic versioning says; everything else in `omt_core` may change at any time. `calls` holds one record per
[hook](hooks.md), `omt_core.api.files` what writes and removes files, `omt_core.api.plain` what has a process of its
own work for the tool, and `omt_core.api.drives` what Windows tells of drives and shares."""


def pages() -> Mapping[str, str]:
    """Return the page."""
    return {
        "api.md": page(
            "The public surface",
            INTRODUCTION,
            NUMBERS,
            *(block for name in omt_core.api.__all__ for block in _entry(name)),
        )
    }


def _entry(name: str) -> Iterator[str]:
    value = getattr(omt_core.api, name)
    if name == "calls":
        return
    yield f"## {name}"
    if inspect.ismodule(value):
        yield prose(value.__doc__)
        yield from _functions(value)
    elif inspect.isfunction(value):
        yield code(f"{name}{signature(value)}")
        yield prose(value.__doc__)
    elif inspect.isclass(value) and value.__module__.startswith("omt_core."):
        yield from _class(name, value)
    else:
        yield from _assigned(name)


def _class(name: str, value: type) -> Iterator[str]:
    bases = [base.__name__ for base in value.__bases__ if base.__name__ in omt_core.api.__all__]
    yield prose(value.__doc__) + (f" (A kind of {', '.join(map(code, bases))}.)" if bases else "")
    if issubclass(value, BaseException):
        yield f"Made by {code(name + signature(value.__init__, bound=True).removesuffix(' -> None'))}."
    if issubclass(value, Enum):
        yield table(("name", "value"), ((code(member.name), code(member.value)) for member in value))
    elif dataclasses.is_dataclass(value) or hasattr(value, "_fields"):
        yield fields(value)
    elif issubclass(value, BaseModel) and value.model_fields:
        rows = (
            (code(key), code(_type(one.annotation)), one.description or "") for key, one in value.model_fields.items()
        )
        yield table(("field", "type", "what it is"), rows)
    if name != "Plugin":
        yield members(value)


def _type(annotation: object) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("pathlib.", "")


def _assigned(name: str) -> Iterator[str]:
    """Tell of a constant or an alias: what it stands for, as it is written, and what it is for."""
    notes = {
        "__version__": "The version of the tool, such as a client names to a server.",
        "hookimpl": "Marks a method as the implementation of the hook of the same name.",
        "ItemId": "Stage name and item key.",
        "Row": "The values of one row, in the order of the SELECT.",
        "SECRETS": "Whoever resolves a secret (a password, a token) adds it here first: it is then hidden in logs. "
        "`SECRETS.add(value)` takes one, `SECRETS.hide(text)` blots all of them out.",
        "Value": "A value as the driver gives it.",
    }
    stands_for, said = assignment(name)
    if stands_for and name not in {"__version__", "hookimpl", "SECRETS"}:
        yield code(f"{name} = {stands_for}")
    yield notes.get(name) or prose(said)


def _functions(module: ModuleType) -> Iterator[str]:
    own = [one for one in map(vars(module).get, module.__all__) if inspect.isroutine(one) or inspect.isclass(one)]
    yield table(
        ("member", "what for"),
        ((code(f"{one.__name__}{signature(one)}"), prose(one.__doc__)) for one in own),
    )
