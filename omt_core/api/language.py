"""The languages that the tool speaks, and text in one of them by the catalogues that packages bring.

A catalogue is `locale/LANGUAGE.json` in the package of a plugin or library: `{"English template": "translation"}`, with
the same places. What no catalogue has is said in English.
"""

from __future__ import annotations

import json
import locale
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from omt_core.api.sentence import Sentence, filled, placeholders

_CORE: Final = "omt_core"
_DISTRIBUTION: Final = "online-migration-tool"
_GROUPS: Final = ("omt.plugins", "omt.libraries")
_OF_THE_SHELL: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order in which the first that is set counts."""
_MARKS: Final[Mapping[str, Mapping[int, str]]] = {
    **dict.fromkeys(("da", "de", "nl"), str.maketrans({",": ".", ".": ","})),
    **dict.fromkeys(("no", "sv"), str.maketrans({",": "\N{NO-BREAK SPACE}", ".": ","})),
}
"""What each language writes between thousands and before decimals, where English has a comma and a point."""
_log = logging.getLogger("omt.language")


class Language(StrEnum):
    """A language that findings, remedies, errors and reports can be read in, by its code."""

    ENGLISH = "en"
    GERMAN = "de"
    DUTCH = "nl"
    SWEDISH = "sv"
    NORWEGIAN = "no"
    DANISH = "da"

    @classmethod
    def of_tag(cls, tag: str) -> Language | None:
        """Return the language of a locale's name: `de_AT.UTF-8`, `nb-NO`; None for one that the tool does not speak."""
        code = tag.replace("_", "-").partition("-")[0].partition(".")[0].casefold()
        known: Mapping[str, Language] = {**{one.value: one for one in cls}, "nb": cls.NORWEGIAN, "nn": cls.NORWEGIAN}
        return known.get(code)

    @classmethod
    def of_this_machine(cls) -> Language:
        """Return what the person at this machine reads: by the shell's locale, on Windows by its display language."""
        for name in _OF_THE_SHELL:
            if tag := os.environ.get(name, ""):
                return cls.of_tag(tag) or cls.ENGLISH
        return cls.of_tag(_display_language()) or cls.ENGLISH


def translated(text: str, language: str) -> str:
    """Say a sentence in a language, with whatever sentences are in it; plain text by itself, if a catalogue has it.

    Numbers that the sentences were given are written as the language writes them. What is shown is text as before: it
    may hold names of others, and is escaped where it is shown.
    """
    if language == Language.ENGLISH:
        return "".join(text)
    known = _catalogue(language)
    if not isinstance(text, Sentence):
        return known.get(text, text)
    parameters = {
        name: translated(value, language) if isinstance(value, Sentence) else value
        for name, value in text.parameters.items()
    }
    return filled(known.get(text.template, text.template), parameters, _MARKS.get(language))


def catalogue(language: str) -> Mapping[str, str]:
    """Return what is known of a language, by English template: for a front end that fills templates itself."""
    return _catalogue(language)


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    """Return all translations into a language; of two of one template that of the tool itself counts."""
    found: dict[str, str] = {}
    for folder in _folders():
        for template, translation in _read(folder / f"{language}.json").items():
            if set(placeholders(translation)) == set(placeholders(template)):
                found.setdefault(template, translation)
    return found


def _folders() -> Iterator[Path]:
    """Return where packages keep their catalogues, the tool's own first; no package is imported for that."""
    known = [entry for group in _GROUPS for entry in entry_points(group=group)]
    known.sort(key=lambda entry: entry.dist is None or entry.dist.name != _DISTRIBUTION)
    for package in dict.fromkeys((_CORE, *(entry.module.partition(".")[0] for entry in known))):
        try:
            places = getattr(find_spec(package), "submodule_search_locations", None) or ()
        except (ImportError, ValueError):
            continue
        yield from (Path(place) / "locale" for place in places)


def _read(file: Path) -> Mapping[str, str]:
    if not file.is_file():
        return {}
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        _log.warning("The catalogue %s cannot be read: %s.", file, error)
        return {}
    pairs = content.items() if isinstance(content, dict) else ()
    return {template: text for template, text in pairs if isinstance(template, str) and isinstance(text, str) and text}


if sys.platform == "win32":
    import ctypes

    def _display_language() -> str:
        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
else:

    def _display_language() -> str:
        return ""
