"""What argparse says of a line that it does not understand, as sentences: by itself it says that in English."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from typing import Final

from omt_core.api.sentence import Sentence, sentence

_SAID: Final[Sequence[tuple[str, Callable[..., Sentence]]]] = (
    (r"argument (.+?): (.*)", lambda name, what: sentence("argument {name}: {what}", name=name, what=told_usage(what))),
    (
        "the following arguments are required: (.*)",
        lambda names: sentence("the following arguments are required: {names}", names=names),
    ),
    ("one of the arguments (.*) is required", lambda names: sentence("one of {names} is required", names=names)),
    ("unrecognized arguments: (.*)", lambda words: sentence("unrecognized arguments: {words}", words=words)),
    (
        "ambiguous option: (.*) could match (.*)",
        lambda option, matches: sentence(
            "ambiguous option: {option} could match {matches}", option=option, matches=matches
        ),
    ),
    ("expected one argument", lambda: sentence("expected one argument")),
    ("expected at least one argument", lambda: sentence("expected at least one argument")),
    ("not allowed with argument (.*)", lambda other: sentence("not allowed with argument {other}", other=other)),
    (
        r"invalid choice: (.*) \(choose from (.*)\)",
        lambda value, choices: sentence(
            "invalid choice: {value} (choose from {choices})", value=value, choices=choices
        ),
    ),
    ("invalid int value: (.*)", lambda value: sentence("{value} is not a whole number", value=value)),
    ("ignored explicit argument (.*)", lambda value: sentence("takes no value, such as {value}", value=value)),
)


def told_argument(error: argparse.ArgumentError) -> Sentence:
    """Return what is wrong with an argument; what a type of ours refuses it with is a sentence already."""
    what = told_usage(error.message)
    name = error.argument_name
    return what if name is None else sentence("argument {name}: {what}", name=name, what=what)


def told_usage(message: str) -> Sentence:
    """Return a message of argparse as a sentence; one that is not known is said as it stands."""
    if isinstance(message, Sentence):
        return message
    for pattern, made in _SAID:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            return made(*found.groups())
    return Sentence(message, {})
