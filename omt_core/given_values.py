"""What is wrong with values that a person gave: said by key, in words, and never with the value.

A value that is refused may be a secret that was written into the wrong place, so nothing here repeats one. Models of
given values hide their input too (`hide_input_in_errors`), and errors about them are raised without their cause: the
library's own text would bring the value into the log.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from omt_core.api.errors import InputError
from omt_core.api.redaction import Secrets

_WORDS: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "string_type": "must be a text",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "is not written as it must be",
    "path_type": "must be a path, written as a text",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "too_short": "must have at least {min_length} members",
    "too_long": "must have at most {max_length} members",
    "dict_type": "must be a section with keys of its own",
    "mapping_type": "must be a section with keys of its own",
    "model_type": "must be a section with keys of its own",
    "model_attributes_type": "must be a section with keys of its own",
}
"""The library's names of what can be wrong, in words for whoever wrote the file."""


def read_toml(text: str, *, area: str, place: str) -> dict[str, Any]:
    """Read TOML that a person wrote. Raises `InputError` `AREA-syntax`, which names `place` and the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{area}-syntax", f"{place} is not valid TOML: {error}.", "Mend the line that is named."
        ) from None


def problems(error: ValidationError, model: type[BaseModel]) -> str:
    """Say what is wrong with each key that `model` refused: `core.hook_timout: unknown key, did you mean ...`."""
    return "; ".join(
        f"{'.'.join(map(str, one['loc']))}: {_words(one, model)}" for one in error.errors(include_url=False)
    )


def texts_in(value: object) -> Iterator[str]:
    """Yield every text in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from texts_in(one)


def _words(problem: ErrorDetails, model: type[BaseModel]) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        *section, key = problem["loc"]
        near = get_close_matches(str(key), _keys(model, section), n=1)
        return f"unknown key, did you mean {near[0]}?" if near else "unknown key"
    if kind in {"value_error", "assertion_error"}:
        # The words of a validator: ours name no value, a partner's may.
        given = Secrets()
        for text in texts_in(problem["input"]):
            given.add(text)
        return given.hide(str(context["error"]))
    return _WORDS.get(kind, "is not valid").format_map(context)


def _keys(model: type[BaseModel] | None, section: Sequence[int | str]) -> tuple[str, ...]:
    """Return the keys that a section of a model may have."""
    for part in section:
        field = None if model is None else model.model_fields.get(str(part))
        model = None if field is None else _model_in(field.annotation)
    return () if model is None else tuple(model.model_fields)


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model that a field holds, or may hold."""
    choices = (annotation, *get_args(annotation))
    return next((one for one in choices if isinstance(one, type) and issubclass(one, BaseModel)), None)
