"""`api.md`: every name of the public surface."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from types import ModuleType

import omt_core.api
from generating.hooks import fields
from generating.markdown import NUMBERS, code, page, prose, table

INTRODUCTION = """\
All that a plugin builds on: `from omt_core.api import Plugin, hookimpl, Finding, calls`. These names change only as
semantic versioning says; everything else in `omt_core` may change at any time. `calls` holds one record per
[hook](hooks.md), `omt_core.api.files` what writes and removes files, and
`omt_core.api.drives` what Windows tells of drives and shares."""


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
        return
    if not inspect.isclass(value):
        yield _not_a_class(name, value)
        return
    bases = [base.__name__ for base in value.__bases__ if base.__name__ in omt_core.api.__all__]
    yield prose(value.__doc__) + (f" (A kind of {', '.join(map(code, bases))}.)" if bases else "")
    if issubclass(value, Enum):
        yield table(("name", "value"), ((code(member.name), code(member.value)) for member in value))
    elif dataclasses.is_dataclass(value):
        yield fields(value)
    elif name != "Plugin":
        yield from _members(value)


def _not_a_class(name: str, value: object) -> str:
    if inspect.isfunction(value) and name != "hookimpl":
        return prose(inspect.getdoc(value) or "")
    notes = {
        "__version__": "The version of the tool, such as a client names to a server.",
        "Chunk": "Bytes of an upload: `bytes` or a `memoryview`.",
        "hookimpl": "Marks a method as the implementation of the hook of the same name.",
        "ItemId": "Stage name and item key.",
        "Row": "The values of one row, in the order of the SELECT.",
        "SECRETS": "Whoever resolves a secret (a password, a token) adds it here first: it is then hidden in logs.",
        "SUBJECTS_SHOWN": f"How many subjects a finding lists at most: {value}.",
        "Value": "A value as the driver gives it: None, bool, int, float, str, bytes, Decimal, datetime, date, time "
        "or UUID.",
    }
    return notes.get(name) or prose(inspect.getdoc(value) or "")


def _functions(module: ModuleType) -> Iterator[str]:
    own = [one for one in map(vars(module).get, module.__all__) if inspect.isroutine(one) or inspect.isclass(one)]
    yield table(
        ("member", "what for"),
        ((code(f"{one.__name__}{_signature(one)}"), prose(one.__doc__)) for one in own),
    )


def _signature(one: Callable[..., object]) -> str:
    return str(inspect.signature(one)).replace("'", "")


def _members(cls: type) -> Iterator[str]:
    rows = []
    for name, member in vars(cls).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            rows.append((code(name), prose(member.__doc__)))
        elif inspect.isfunction(member):
            word = "async " if inspect.iscoroutinefunction(member) else ""
            shown = str(inspect.signature(member)).replace("'", "").replace("(self, ", "(").replace("(self)", "()")
            rows.append((code(f"{word}{name}{shown}"), prose(member.__doc__)))
    if rows:
        yield table(("member", "what for"), rows)
