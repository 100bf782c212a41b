"""The templates of all sentences in a package's source, by its syntax tree: what its catalogues are to translate.

A template is a literal where it is said: given to `sentence`, `plural` or `quantity`, as meaning and remedy of a code,
or as the help of a command, an option or an argument.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import jinja2
import jinja2.nodes

from omt_core.api.sentence import placeholders
from omt_core.wizard.words import in_wizard

ROOT: Final = Path(__file__).parents[2]
LANGUAGES: Final = ("de", "nl", "sv", "no", "da")
_SENTENCES: Final[Mapping[str, Sequence[int]]] = {"sentence": (0,), "plural": (1, 2)}
"""What makes sentences, and which of its arguments are templates."""
_CATALOGUES: Final = {"FindingCode": ("meaning", "remedy"), "ErrorCode": ("meaning", "remedy")}
_REFUSALS: Final[Mapping[str, Sequence[int]]] = {"Refusal": (2, 3), "unknown_call": (1, 2)}
"""What says no to a request of the wizard's page, and which of its arguments are message and remedy."""
_PAGES: Final = "omt_core/wizard/"
_TITLED: Final = {"UploadStage": ("title",)}
_HELPED: Final[Mapping[str, Sequence[str]]] = {
    "Command": ("help",),
    "add_argument": ("help",),
    "add_parser": ("help", "description", "epilog"),
    "add_argument_group": ("title", "description"),
    "add_subparsers": ("title", "description"),
}
"""What makes a page of `--help`, and which of its arguments that shows."""
_ELSEWHERE: Final = {"testing", "tests"}
_COMMANDS: Final = "omt_core/cli/"
"""What is said here no page of the wizard shows."""
_MAKERS: Final = {"omt_core/api/sentence.py", "omt_core/api/findings.py", "omt_core/api/errors.py"}
"""Where templates also come from others."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template, the place that says it, and the names of what is put in there; None where that cannot be seen.

    `help` tells that it is said by `--help`, which no page of the wizard shows.
    """

    text: str
    place: str
    given: frozenset[str] | None
    help: bool = False


def packages() -> Mapping[str, Path]:
    """Return what is to speak all languages, by name with its folder: the tool, and partners that have catalogues."""
    own = {"omt_core": ROOT / "omt_core"} | {path.name: path for path in sorted((ROOT / "plugins").glob("omt_*"))}
    return own | {path.parent.name: path.parent for path in sorted((ROOT / "contrib").glob("*/omt_*/locale"))}


def templates_of(package: Path) -> Sequence[Template]:
    """Return the templates of a package, in the order of its source, each once, and as the wizard says it too."""
    found: dict[str, Template] = {}
    for one in every_template(package):
        found.setdefault(one.text, one)
        here = in_wizard(one.text)
        if here and not one.help and not one.place.startswith(_COMMANDS):
            found.setdefault(here, replace(one, text=here))
    return tuple(found.values())


def every_template(package: Path) -> Sequence[Template]:
    """Return the templates of a package wherever they are said."""
    return tuple(one for one in _all_in(package) if isinstance(one, Template))


def no_literals(package: Path) -> Sequence[str]:
    """Return the places that say a template which is no literal: no translator would find it."""
    return tuple(one for one in _all_in(package) if isinstance(one, str))


@cache
def _all_in(package: Path) -> tuple[Template | str, ...]:
    found: list[Template | str] = []
    for file in sorted(package.rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        if _ELSEWHERE & set(file.relative_to(package).parts):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found += (one for one in _said(node, name) if isinstance(one, Template) or name not in _MAKERS)
                found += _refused(node, name)
                found += _helped(node, name)
    for file in sorted(package.rglob("*.jinja")):
        found += _said_in_page(file)
    return tuple(found)


def _said_in_page(file: Path) -> Iterator[Template | str]:
    """Read a page's template: `say` is `sentence` there, and `quantity` what it is elsewhere."""
    name = file.relative_to(ROOT).as_posix()
    for call in jinja2.Environment(autoescape=True).parse(file.read_text("utf-8")).find_all(jinja2.nodes.Call):
        called = call.node.name if isinstance(call.node, jinja2.nodes.Name) else ""
        words = [one.value for one in call.args if isinstance(one, jinja2.nodes.Const)]
        place = f"{name}:{call.lineno}"
        if called == "say":
            given = frozenset(keyword.key for keyword in call.kwargs)
            yield Template(words[0], place, given) if words else place
        elif called == "quantity":
            yield from (
                Template(f"{{number:,}} {noun}", place, frozenset({"number"})) for noun in (words[0], f"{words[0]}s")
            )


def _said(call: ast.Call, name: str) -> Iterator[Template | str]:
    place = f"{name}:{call.lineno}"
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if isinstance(call.func, ast.Name) and called in _SENTENCES:
        places = {str(one) for one in named} | ({"number"} if called == "plural" else set())
        given = None if None in named else frozenset(places)
        for argument in [call.args[one] for one in _SENTENCES[called] if one < len(call.args)]:
            texts = tuple(_texts(argument))
            yield from (Template(text, place, given) for text in texts)
            if not texts:
                yield place
    elif called == "quantity":
        yield from (Template(text, place, frozenset({"number"})) for text in _quantities(call))
    elif called in _CATALOGUES:
        for word in _CATALOGUES[called]:
            texts = tuple(_texts(named[word])) if word in named else ()
            yield from (Template(text, place, frozenset()) for text in texts)
            if not texts:
                yield place
    elif called in _TITLED:
        for title in [named[one] for one in _TITLED[called] if one in named]:
            yield from (Template(text, place, frozenset()) for text in _texts(title))


def _refused(call: ast.Call, name: str) -> Iterator[Template]:
    """Yield what the wizard says no with: its page looks texts without places up by themselves."""
    places = _REFUSALS.get(getattr(call.func, "id", ""), ()) if name.startswith(_PAGES) else ()
    for argument in [call.args[one] for one in places if one < len(call.args)]:
        yield from (Template(text, f"{name}:{call.lineno}", frozenset()) for text in _texts(argument))


def _helped(call: ast.Call, name: str) -> Iterator[Template]:
    """Yield what a page of `--help` says; of a sentence, in its own place, `_said` does."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    titles = call.args[:1] if called == "add_argument_group" else []
    for shown in [*titles, *(named[one] for one in _HELPED.get(called, ()) if one in named)]:
        yield from (Template(text, f"{name}:{call.lineno}", frozenset(), help=True) for text in _texts(shown))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _quantities(call: ast.Call) -> Iterator[str]:
    words = [text for argument in call.args[1:] for text in _texts(argument)]
    if words:
        yield f"{{number:,}} {words[0]}"
        yield f"{{number:,}} {words[1] if len(words) > 1 else f'{words[0]}s'}"


def names_in(template: str) -> frozenset[str]:
    """Return the names of a template's places."""
    return frozenset(place.strip("{}").partition(":")[0] for place in placeholders(template))
