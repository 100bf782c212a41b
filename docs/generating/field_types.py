"""Types and defaults of pydantic fields, as a person reads them."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from generating.markdown import code
from omt_core.answers.file import WaiverAnswer
from omt_core.api.given import SecretReference
from omt_notify.settings import Address

_MANY = 6
"""A list with more members is shown by its length and its first ones."""

_REFERENCE = '{ env = "..." }, { file = "..." } or { keyring = "service/name" }'
_NAMES: Mapping[object, str] = {
    str: "text",
    Address: "e-mail address",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
    SecretStr: _REFERENCE,
    WaiverAnswer: '{ code = "...", reason = "..." }',
    SecretReference: _REFERENCE,
}


def fields_of(model: object) -> Mapping[str, FieldInfo]:
    """Return the fields of a model, or of a dataclass that is checked like one."""
    return getattr(model, "__pydantic_fields__", {})


def nested(field: FieldInfo) -> type | None:
    """Return the model of a field that is a section of its own, or may be one."""
    of_union = typing.get_origin(field.annotation) in {types.UnionType, typing.Union}
    choices = typing.get_args(field.annotation) if of_union else (field.annotation,)
    sections = (one for one in choices if isinstance(one, type) and fields_of(one) and one is not SecretReference)
    return next(sections, None)


def type_of(field: FieldInfo) -> str:
    """Return the words for a field's type, with its limits."""
    return ", ".join((_words(field.annotation), *_limits(field)))


def default_of(field: FieldInfo) -> str:
    """Return a field's default in TOML, or what there is instead."""
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ((), {}):
        return "none"
    if isinstance(value, tuple | list) and len(value) > _MANY:
        return ", ".join(code(one) for one in value[:_MANY]) + f" and {len(value) - _MANY} more"
    return code(_toml(value))


def _words(annotation: object) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f'"{member.value}"' for member in annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return " or ".join(f'"{argument}"' for argument in arguments)
    if origin is typing.Annotated:
        return _NAMES.get(annotation) or _words(arguments[0])
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(_words(argument) for argument in arguments if argument is not type(None))
    if origin in {tuple, list}:
        return f"list of {_words(arguments[0])}"
    return "table" if origin is not None else _NAMES[annotation]


def _limits(field: FieldInfo) -> list[str]:
    words = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
    return [
        f"{text} {getattr(limit, name)}"
        for limit in field.metadata
        for name, text in words.items()
        if getattr(limit, name, None) is not None
    ]


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | Path):
        return f'"{value}"'
    if isinstance(value, tuple | list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f'"{name}" = {_toml(one)}' for name, one in value.items()) + " }"
    return str(value)
