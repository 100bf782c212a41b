"""Sentences that remember their template and parameters, so that they can be said in another language later.

A sentence is a `str`, and English: whoever only shows or keeps it takes it for one. What is translated is the template,
a whole sentence or a phrase of one that stands for itself; a catalogue (`omt_core.api.catalogue`) has it as its key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Self

from typing_extensions import override

_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_]\w*)(?::([^{}]*))?\}")


class Sentence(str):
    """English text that knows the `template` and the `parameters` it was made from; `sentence` makes it.

    What puts it together with other text (`+`, an f-string, `str.join`) makes plain text, which stays English:
    `sentence`, `plural`, `joined` and `changed` keep it a sentence, and so does `str`.
    """

    __slots__ = ("parameters", "template")

    template: str
    parameters: Mapping[str, str | int | float]

    def __new__(cls, template: str, parameters: Mapping[str, object]) -> Self:
        """Fill the template; values that are no text, number or sentence become text, sequences by commas."""
        known = {name: _parameter(value) for name, value in parameters.items()}
        made = super().__new__(cls, filled(template, known))
        made.template = template
        made.parameters = MappingProxyType(known)
        return made

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        return Sentence, (self.template, dict(self.parameters))

    @override
    def __str__(self) -> str:
        """Stay what it is: `str` of an error that was given a sentence is that sentence."""
        return self

    def changed(self, change: Callable[[str], str]) -> str:
        """Return this with its text changed, a sentence still if the change can be made part by part."""
        parts = {
            name: changed(value, change) if isinstance(value, str) else value for name, value in self.parameters.items()
        }
        made, whole = Sentence(change(self.template), parts), change("".join(self))
        return made if made == whole else whole


def sentence(template: str, /, **parameters: object) -> Sentence:
    """Say this in English, so that it can be said in another language: `sentence("{size:,} bytes sent.", size=3)`.

    The template is written out where it is said, a literal, else no translator finds it. Its placeholders are named and
    may have a format; braces in a value stay as they are. A value may be a sentence, which is translated in turn.
    """
    return Sentence(template, parameters)


def plural(number: int, one: str, many: str, /, **parameters: object) -> Sentence:
    """Say one of two sentences, as there is one or another number; `{number:,}` stands for it in either."""
    return Sentence(one if number == 1 else many, {"number": number, **parameters})


def joined(parts: Iterable[str], separator: str = ", ") -> str:
    """Put text in a row; if a part is a sentence so is the whole, and each part is translated in turn."""
    row = tuple(parts)
    if not any(isinstance(part, Sentence) for part in row):
        return separator.join(row)
    named = {f"part{place}": part for place, part in enumerate(row, 1)}
    return Sentence(separator.join(f"{{{name}}}" for name in named), named)


def changed(text: str, change: Callable[[str], str]) -> str:
    """Return text after a change; a sentence stays one if it can."""
    return text.changed(change) if isinstance(text, Sentence) else change(text)


def filled(template: str, parameters: Mapping[str, object], marks: Mapping[int, str] | None = None) -> str:
    """Put the parameters into the places that have their names; a place without one stays as it is.

    `marks` are what a language writes in numbers for the comma and the point of English, as `str.translate` takes them.
    """
    return _PLACEHOLDER.sub(lambda place: _said(place, parameters, marks), template)


def placeholders(template: str) -> tuple[str, ...]:
    """Return the places of a template, each with its format, in their order in the alphabet: `{size:,}`."""
    return tuple(sorted(place.group() for place in _PLACEHOLDER.finditer(template)))


def own_words(said: Sentence) -> str:
    """Return what a sentence says itself, and the sentences in it: a line for each piece, without any value."""
    inner = (own_words(value) for value in said.parameters.values() if isinstance(value, Sentence))
    return "\n".join((_PLACEHOLDER.sub("\n", said.template), *inner))


def parts_of(text: str) -> Mapping[str, Any] | None:
    """Return how a sentence was made, as JSON keeps it: `template`, `parameters`; None for plain text.

    A parameter that is a sentence itself is `text`, `template` and `parameters`.
    """
    if not isinstance(text, Sentence):
        return None
    parameters = {
        name: {"text": str(value), **(parts_of(value) or {})} if isinstance(value, Sentence) else value
        for name, value in text.parameters.items()
    }
    return {"template": text.template, "parameters": parameters}


def sentence_of(text: str, parts: object) -> str:
    """Return text as the sentence that it was, by what `parts_of` said; as plain text where they do not make it."""
    if not isinstance(parts, Mapping) or not isinstance(parts.get("template"), str):
        return text
    given = parts.get("parameters")
    values = {
        str(name): sentence_of(str(value.get("text", "")), value) if isinstance(value, Mapping) else value
        for name, value in (given.items() if isinstance(given, Mapping) else ())
    }
    made = Sentence(parts["template"], values)
    return made if made == text else text


def _said(place: re.Match[str], parameters: Mapping[str, object], marks: Mapping[int, str] | None) -> str:
    name, form = place.groups()
    if name not in parameters:
        return place.group()
    value = parameters[name]
    try:
        text = format(value, form or "")
    except (TypeError, ValueError):  # a format for numbers, and a value that is none
        return str(value)
    return text.translate(marks) if marks and isinstance(value, int | float) else text


def _parameter(value: object) -> str | int | float:
    if isinstance(value, Sentence) or type(value) in {str, int, float}:
        return value  # type: ignore[return-value]  # the types that were just asked for
    if isinstance(value, (list, tuple)):
        return joined(str(_parameter(part)) if not isinstance(part, Sentence) else part for part in value)
    return str(value)
