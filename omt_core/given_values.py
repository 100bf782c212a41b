"""What is wrong with values that a person gave: said by key, in words, and never with the value.

A value that is refused may be a secret that was written into the wrong place, so nothing here repeats one. Models of
given values hide their input too (`hide_input_in_errors`), and errors about them are raised without their cause: the
library's own text would bring the value into the log.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from omt_core.api.errors import ErrorCode, InputError
from omt_core.api.plugin import PluginSettings
from omt_core.api.redaction import Secrets
from omt_core.api.sentence import Sentence, joined, sentence
from omt_core.api.text import decode_text

OF_A_PLUGIN: Final = "plugins."
"""What stands before the plugin's name where a section of the answers is for one."""
_LINE: Final = re.compile(r"at line (\d+)")
_IN_DOUBLE_QUOTES: Final = re.compile(r'"[^"]*\\')
_GARBLED: Final = re.compile(r"^(?:[A-Za-z]:|\\).*[\x00-\x1f]|^[A-Za-z]:[\x80-\U0010ffff]", re.DOTALL)
"""A path of Windows with an escape in it: `C:` and a control character, or a character that `\\u` or `\\U` made."""
_CHOICE: Final = re.compile(r"literal\[")
"""What the library puts into the place of a problem, where a key may be one of several literals."""
_SINGLE_QUOTES: Final = sentence(
    r"Write the path in single quotes, such as 'C:\backup': there a backslash is a backslash."
)
_WORDS: Final[Mapping[str, Sentence]] = {
    "missing": sentence("is missing"),
    "bool_type": sentence("must be true or false"),
    "bool_parsing": sentence("must be true or false"),
    "int_type": sentence("must be a whole number"),
    "int_parsing": sentence("must be a whole number"),
    "int_parsing_size": sentence("must be a smaller whole number"),
    "int_from_float": sentence("must be a whole number"),
    "float_type": sentence("must be a number"),
    "float_parsing": sentence("must be a number"),
    "finite_number": sentence("must be a finite number"),
    "string_type": sentence("must be a text"),
    "path_type": sentence("must be a path, written as a text"),
    "tuple_type": sentence("must be a list"),
    "list_type": sentence("must be a list"),
    "dict_type": sentence("must be a section with keys of its own"),
    "mapping_type": sentence("must be a section with keys of its own"),
    "dataclass_type": sentence("must be a section with keys of its own"),
    "model_type": sentence("must be a section with keys of its own"),
    "model_attributes_type": sentence("must be a section with keys of its own"),
}
"""The library's names of what can be wrong, in words for whoever wrote the file."""
_LIMITS: Final[Mapping[str, Callable[[Mapping[str, Any]], Sentence]]] = {
    "string_too_short": lambda told: sentence("must have at least {number} characters", number=told["min_length"]),
    "string_too_long": lambda told: sentence("must have at most {number} characters", number=told["max_length"]),
    "greater_than": lambda told: sentence("must be more than {number}", number=told["gt"]),
    "greater_than_equal": lambda told: sentence("must be at least {number}", number=told["ge"]),
    "less_than": lambda told: sentence("must be less than {number}", number=told["lt"]),
    "less_than_equal": lambda told: sentence("must be at most {number}", number=told["le"]),
    "too_short": lambda told: sentence("must have at least {number} members", number=told["min_length"]),
    "too_long": lambda told: sentence("must have at most {number} members", number=told["max_length"]),
}
"""The same of those that name a limit."""
_ONE_OF: Final = {"literal_error", "enum"}
_DEEPEST: Final = 50
"""Sections and lists within each other that a file may have, which is more than any key needs: Python's own limit is
met sooner or later, by where a value is looked at."""


def read_toml(content: bytes, syntax: ErrorCode[InputError], place: str) -> dict[str, Any]:
    r"""Read TOML that a person wrote. Raises the error of `syntax`, which names `place` and the line.

    A path of Windows in double quotes is told apart: its backslashes begin escapes, which are no TOML (`"D:\SO_ARC"`)
    or, what is worse, are some (`"C:\backup"`).
    """
    text = decode_text(content, place)
    try:
        values = tomllib.loads(text)
        texts = tuple(_texts_of(values))
    except tomllib.TOMLDecodeError as error:
        number = _LINE.search(str(error))
        lines = text.rstrip().split("\n")
        line = lines[min(int(number[1]), len(lines)) - 1] if number else lines[-1]  # without one it is the end
        escapes = _IN_DOUBLE_QUOTES.search(line) is not None
        if not escapes:
            raise syntax.error(sentence("{place} is not valid TOML: {reason}.", place=place, reason=error)) from None
        raise syntax.error(
            sentence(
                "{place} is not valid TOML: {reason}. In double quotes a backslash begins an escape.",
                place=place,
                reason=error,
            ),
            remedy=_SINGLE_QUOTES,
        ) from None
    except (RecursionError, ValueError) as error:  # Python's own limits, the latter for the digits of a number
        deep = isinstance(error, RecursionError)
        reason = (
            sentence("its sections or lists lie too deep") if deep else sentence("it has a number that is too long")
        )
        raise syntax.error(
            sentence("{place} is not valid TOML: {reason}.", place=place, reason=reason),
            remedy=sentence("Take it out of the file."),
        ) from None
    for key, value in texts:
        if _GARBLED.search(value):
            raise syntax.error(
                sentence(
                    "{place} has a garbled path, {key}. In double quotes a backslash begins an escape.",
                    place=place,
                    key=key,
                ),
                remedy=_SINGLE_QUOTES,
            )
    return values


def problems(error: ValidationError, model: type) -> str:
    """Say what is wrong with each key that `model` refused: `core.hook_timout: unknown key (did you mean ...?)`."""
    found: dict[str, list[ErrorDetails]] = {}
    for one in error.errors(include_url=False):
        found.setdefault(".".join(str(part) for part in one["loc"] if not _CHOICE.match(str(part))), []).append(one)
    return joined((joined([key, _words_of_key(problems, model)], ": ") for key, problems in found.items()), "; ")


def _words_of_key(problems: Sequence[ErrorDetails], model: type) -> str:
    """Say what is wrong with one key; each of several choices of literals has a problem of its own."""
    if all(one["type"] in _ONE_OF for one in problems):
        *most, last = (word for one in problems for word in re.split(r", | or ", str(one.get("ctx", {})["expected"])))
        if not most:
            return sentence("must be {choice}", choice=last)
        return sentence("must be {choices} or {last}", choices=", ".join(most), last=last)
    return _words(problems[0], model)


def texts_in(value: object) -> Iterator[str]:
    """Yield every text in a value, however deep."""
    return (text for _, text in _texts_of(value))


def _texts_of(value: object, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield every text and its key. Raises `RecursionError` for what lies deeper than a given file may have it."""
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping | Sequence):
        for name, one in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _texts_of(one, f"{key}.{name}" if key else str(name), depth + 1)


def _words(problem: ErrorDetails, model: type) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in {"extra_forbidden", "unexpected_keyword_argument"}:
        *section, key = problem["loc"]
        near = get_close_matches(str(key), _keys(model, section), n=1)
        return sentence("unknown key (did you mean {key}?)", key=near[0]) if near else sentence("unknown key")
    if kind in {"value_error", "assertion_error"} and "error" in context:  # a library's own error has none
        # The words of a validator: ours name no value, a partner's may.
        given = Secrets()
        for text in texts_in(problem["input"]):
            given.add(text)
        error = context["error"]
        said = error.args[0] if isinstance(error, Exception) and error.args else error
        return given.hide(said if isinstance(said, Sentence) else str(error))
    if kind == "string_too_short" and context["min_length"] == 1:
        return sentence("must not be empty")
    if kind in _LIMITS:
        return _LIMITS[kind](context)
    return _WORDS[kind] if kind in _WORDS else _as_described(model, problem["loc"])


def _as_described(model: type, loc: Sequence[int | str]) -> Sentence:
    """Say what is allowed in the words of the key's own description, English, with an example if it has one."""
    *section, key = [part for part in loc if isinstance(part, str)]  # what a list holds is described by its key
    owner = _model_at(model, section)
    if owner is not None and issubclass(owner, PluginSettings):
        owner.described()
    field = _fields(owner).get(str(key))
    if field is None or not field.description:
        return sentence("is not valid")
    allowed = field.description.rstrip(".")
    if not field.examples:
        return sentence("is not valid: {allowed}", allowed=allowed)
    return sentence("is not valid: {allowed}, such as {example}", allowed=allowed, example=field.examples[0])


def _keys(model: type | None, section: Sequence[int | str]) -> tuple[str, ...]:
    """Return the keys that a section of a model may have."""
    return tuple(_fields(_model_at(model, section)))


def _model_at(model: type | None, section: Sequence[int | str]) -> type | None:
    """Return the model of a section of a model."""
    for part in section:
        field = _fields(model).get(str(part))
        model = None if field is None else _model_in(field.annotation)
    return model


def _fields(model: type | None) -> Mapping[str, FieldInfo]:
    """Return the fields of a model or of a dataclass that is checked like one."""
    return getattr(model, "__pydantic_fields__", {})


def _model_in(annotation: object) -> type | None:
    """Return the model that a field holds, or may hold."""
    choices = (annotation, *get_args(annotation))
    return next((one for one in choices if isinstance(one, type) and _fields(one)), None)
