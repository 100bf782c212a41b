"""The texts below the settings of a plugin, read from its source when somebody asks what a setting is.

The library can read them when it makes the class, but every start of the tool makes all of them, and nearly none asks.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from itertools import pairwise

from pydantic import BaseModel


def describe(model: type[BaseModel]) -> None:
    """Give each field that has no description the text below it, of whichever class it comes from."""
    bare = {name: field for name, field in model.__pydantic_fields__.items() if field.description is None}
    for one in model.__mro__:
        if not bare or one is BaseModel:
            return
        for name, text in _texts_below(one).items():
            if name in bare:
                bare.pop(name).description = text


def _texts_below(one: type) -> Mapping[str, str]:
    """Return the text below each annotated name of a class; none where its source is not there."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(one)))
    except (OSError, TypeError, SyntaxError):
        return {}
    [found] = tree.body
    body = found.body if isinstance(found, ast.ClassDef) else []
    return {
        named.target.id: inspect.cleandoc(below.value.value)
        for named, below in pairwise(body)
        if isinstance(named, ast.AnnAssign) and isinstance(named.target, ast.Name)
        and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    }  # fmt: skip
