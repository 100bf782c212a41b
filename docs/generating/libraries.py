"""`libraries.md`: what partners' plugins may use beside the public surface."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Final

from generating.declarations import signature
from generating.markdown import code, page, prose, table

MODULES: Final = (
    "omt_folders",
    "omt_protocol.receipt",
    "omt_protocol.bundle.writer",
    "omt_protocol.bundle.reader",
    "omt_protocol.bundle.packed",
    "omt_protocol.retry",
    "omt_protocol.workspace",
    "omt_protocol.result_files",
    "omt_protocol.recovery_choice",
    "omt_protocol.protocol_error",
    "omt_protocol.tls",
)

INTRODUCTION = """\
Two libraries come with the tool that its own plugins are made with and that yours may import: `omt_folders`, for
upload stages of what lies in folders, and `omt_protocol`, for online targets: manifest, Merkle root, receipt, bundles,
patience with a line, the id under which a workspace claims a migration. The names below are public. They change as
semantic versioning says, like [the public surface](api.md); what is not listed may change at any time. A third library,
`omt_crm`, knows how the CRM names and places things; it may be imported too, and may change with each minor version.

`contrib/omt_call_recordings` is a whole plugin with `omt_folders`, `contrib/omt_object_store` one with `omt_protocol`.
The key of an online target is pinned by the core, whatever the target; a plugin need not."""


def pages() -> Mapping[str, str]:
    """Return the page."""
    blocks = (block for name in MODULES for block in _module(import_module(name)))
    return {"libraries.md": page("Libraries for plugins", INTRODUCTION, *blocks)}


def _module(module: ModuleType) -> Iterator[str]:
    yield f"## {module.__name__}"
    yield prose(module.__doc__)
    rows = [(code(f"{name}{_signature(value)}"), _said(value)) for name, value in _public(module)]
    yield table(("name", "what for"), rows)


def _public(module: ModuleType) -> Iterator[tuple[str, object]]:
    for name in getattr(module, "__all__", ()) or vars(module):
        value = getattr(module, name)
        own = getattr(value, "__module__", "").startswith(module.__name__)
        if own and not name.startswith("_") and (inspect.isclass(value) or inspect.isfunction(value)):
            yield name, value


def _signature(value: object) -> str:
    if inspect.isfunction(value):
        return signature(value)
    # Of a class that only lends a type there is nothing to make.
    made = inspect.isclass(value) and "__init__" in vars(value)
    return signature(vars(value)["__init__"], bound=True).removesuffix(" -> None") if made else ""


def _said(value: object) -> str:
    return prose(value.__doc__)
