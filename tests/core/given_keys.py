"""Every key that a person may give in answers and settings, and what a file says that gives one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from omt_core.answers.file import NO_KEYS, Answers
from omt_core.plugin_host import find_plugins
from omt_core.settings import CoreSettings

LOGIN = {"user": "HH", "password": {"env": "OMT_TEST_PW"}}
BESIDE: Mapping[str, Mapping[str, Any]] = {"notify.smtp_password": {"notify": {"smtp_user": "omt"}}}
"""What must stand beside a key of the settings, so that whatever is refused then is the key itself."""


def _types(annotation: object) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
    for one in get_args(annotation):
        yield from _types(one)


def keys(model: type, prefix: str = "") -> Iterator[tuple[str, bool]]:
    """Yield every key below a model, and whether it is a path, which is told on purpose."""
    for name, field in getattr(model, "__pydantic_fields__", {}).items():
        kinds = list(_types(field.annotation))
        for section in kinds:
            if hasattr(section, "__pydantic_fields__"):
                yield from keys(section, f"{prefix}{name}.")
        yield f"{prefix}{name}", Path in kinds


def nested(key: str, value: object) -> dict[str, Any]:
    """Return the value as it stands in a file, in its sections."""
    section, _, rest = key.partition(".")
    return {section: nested(rest, value) if rest else value}


def setting(key: str, value: object) -> dict[str, Any]:
    """Return settings with this value, and what must stand beside it."""
    beside = next((beside for name, beside in BESIDE.items() if key.startswith(f"{name}.")), {})
    return merged(beside, nested(key, value))


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    both = {key: value for key, value in first.items() if isinstance(value, dict) and isinstance(second.get(key), dict)}
    return {**first, **second, **{key: merged(value, second[key]) for key, value in both.items()}}


ANSWERS = [(key, is_path) for key, is_path in keys(Answers) if key.partition(".")[0] not in NO_KEYS]
SETTINGS = [
    (f"{name}.{key}", is_path)
    for name, model in [
        ("core", CoreSettings),
        *((one.name, one.plugin_class.settings_model) for one in find_plugins(extra=(), disabled=())),
    ]
    for key, is_path in keys(model)
]
