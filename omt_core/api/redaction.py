"""Keeps secrets out of everything that is written down: one place that knows them, one function that hides them.

What leaves the machine besides, a support bundle, is redacted of personal data too: that is built on the same place.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal, get_args
from urllib.parse import quote, unquote

from omt_core.api.sentence import Sentence, own_words
from omt_core.api.text import one_line

_IN_CONNECTION_STRING: Final = re.compile(
    r"(?:^|;)\s*(?:pwd|password|accesstoken)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)", re.IGNORECASE
)
_IN_ADDRESS: Final = re.compile(r"(?:^|://)[^/@:\s]*:([^/\s]+)@")
_SHORTEST: Final = 4
"""Hiding shorter texts would hide ordinary words, and so tell the secret by what is missing."""


class Secrets:
    """The secrets of this process. They are hidden in log lines after formatting, exceptions included."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def add(self, secret: str) -> None:
        """Hide this text from now on, also as an address, JSON or a header would spell it."""
        if len(secret) >= _SHORTEST:
            self._known |= _spellings(secret)

    def add_within(self, text: str) -> None:
        """Hide the passwords that stand in a connection string or in an address such as a proxy's."""
        for password in _IN_CONNECTION_STRING.findall(text):
            self.add(password.strip())
            if password.startswith("{"):
                self.add(password[1:-1].replace("}}", "}"))
        for password in _IN_ADDRESS.findall(text):
            self.add(password)
            self.add(unquote(password))

    def hide(self, text: str) -> str:
        """Return the text with every known secret replaced, longest first.

        A `Sentence` stays one: what it was made of is hidden, and what the tool says itself is not. So a password that
        is an ordinary word does not take that word out of a message, which would tell it and could not be translated.
        """
        if not isinstance(text, Sentence):
            return self._hidden(text)
        made = Sentence(text.template, {name: self._hidden_value(value) for name, value in text.parameters.items()})
        own = own_words(made)
        return made if all(secret in own for secret in self._known if secret in made) else self._hidden(str(text))

    def _hidden_value(self, value: str | float) -> str | float:
        if isinstance(value, str):
            return self.hide(value)
        return value if str(value) == self._hidden(str(value)) else "***"

    def places_in(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where known secrets stand in a text."""
        for secret in self._known:
            begin = text.find(secret)
            while begin >= 0:
                yield begin, begin + len(secret)
                begin = text.find(secret, begin + 1)

    def _hidden(self, text: str) -> str:
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


SECRETS: Final = Secrets()
"""Whoever resolves a secret (a password, a token) adds it here before using it."""


Kind = Literal["login", "name", "e-mail", "phone", "document", "path", "licence", "site", "setting", "machine"]
"""What is personal, or tells of one installation."""

_SECRET: Final = "***"  # noqa: S105 - what stands in a secret's place
_MARK: Final = re.compile(rf"<(?:{'|'.join(get_args(Kind))})>|\*\*\*")
"""What stands where something was taken out."""
_ADDRESS: Final = re.compile(
    r"(?<![^\s@<>()\[\]{}\"',;:=/\\])"  # at the first sign only, else each of a long word would be tried
    r"[^\s@<>()\[\]{}\"',;:=/\\]+@[^\s@<>()\[\]{}\"',;:=/\\]+"
)
_PLACE: Final = re.compile(
    r"(?<![\w.])(?:[A-Za-z]:[\\/]|\\\\[^\s\\\"'<>|])[^\r\n\"'<>|:*?]*"  # Windows; a name may hold spaces
    r"|(?<![\w.:/<>*])/[^\s/\"'<>|:][^\r\n\"'<>|:]*"
)
_FILE_END: Final = re.compile(r"\.(?:toml|csv|zip)\b")
"""The files that a person names for the tool."""
_PATH_SIGN: Final = r"""[^\s"'<>|:*?\[\](){},;=]"""
_PATH_RUN: Final = re.compile(rf"(?<!{_PATH_SIGN})(?={_PATH_SIGN}*?(?:[/\\]|{_FILE_END.pattern})){_PATH_SIGN}++")
"""All signs of a path in one row, with a separator or such an ending among them."""
_PATH_BEGIN: Final = re.compile(r"(?<![\w.:/\\<>*@])[^/\\]")
_FILE_RUN: Final = re.compile(r"[\w.+-]+")
_FILE_BEGIN: Final = re.compile(r"(?<![\w.:/\\<>*@-])[\w.+-]")
_NO_PATH: Final = re.compile(
    r"(?:text|image|audio|video|font|application|multipart|message)/[\w.+*-]+"  # a media type
    r"|[a-z][\w.-]*/\d+(?:\.\d+)+|HTTP/\S+"  # a program with its version
    r"|and/or|\w+/s[.,]?|[\d.,]+/[\d.,]+|\S*\.py"  # a rate, a fraction, a module
)
_LAST_WORDS: Final = re.compile(r"(?: [\w&().,-]+){0,8}? [\w&()-]*\.[A-Za-z]\w{1,4}\b")
"""How a path with spaces goes on: up to the ending of a file."""
_MODULE: Final = re.compile(r"[\\/]((?:omt_\w+|site-packages|python3\.\d+)[\\/][^\r\n\"'<>|:*?]*\.py)$")
"""What a traceback names of a program: whose it is, and no place of the machine."""
_WORD: Final = re.compile(r"\w+")
_WORD_ENDS: Final = frozenset(" \"'([{=,;:")
_STEM: Final = 8
_SHORTEST_NAME: Final = 2


class Redaction:
    """Takes out of text what must not leave a machine: the process' secrets, and whatever is known of by name.

    What was taken out leaves a mark of its kind, `<login>`. E-mail addresses and paths, absolute or not, are taken out
    wherever they stand, whether anybody has named them or not. Names of one character cannot be looked for.
    """

    def __init__(self, secrets: Secrets | None = None) -> None:
        self._secrets = SECRETS if secrets is None else secrets
        self._words: dict[str, Kind] = {}
        self._phrases: dict[str, Kind] = {}
        self._stems: dict[str, dict[str, Kind]] = {}
        """Longer ones by how they begin, so that a text is walked once however many there are."""

    def add(self, kind: Kind, value: str) -> None:
        """Take this out from now on, in any case of letters: what is short where it stands alone, else anywhere."""
        for form in {value, one_line(value), self._secrets.hide(value)}:  # its secrets may have been hidden before
            known = _lower(form).strip().strip("*")
            if len(known) >= _STEM:
                self._stems.setdefault(known[:_STEM], {})[known] = kind
            elif len(known) >= _SHORTEST_NAME:
                (self._words if _WORD.fullmatch(known) else self._phrases)[known] = kind

    def hide(self, text: str) -> str:
        """Return the text without all that. What overlaps is taken out as one, so that no rest of it is left."""
        pieces, end = [], 0
        for begin, stop, mark in _united(sorted(self._told_in(text), key=lambda place: (place[0], -place[1]))):
            pieces += [text[end:begin], mark]
            end = stop
        return "".join([*pieces, text[end:]])

    def left_in(self, text: str) -> frozenset[str]:
        """Return the kinds of what a text still holds, `secret` among them; none if it is clean."""
        marks = {_SECRET: "secret", **{f"<{kind}>": kind for kind in get_args(Kind)}}
        return frozenset(marks[mark] for _, _, mark in self._told_in(_MARK.sub("\n", text)))

    def _told_in(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield from where to where something stands that is not to be told, and its mark."""
        for begin, end in self._secrets.places_in(text):
            yield begin, end, _SECRET
        for address in _ADDRESS.finditer(text):
            yield address.start(), address.end(), "<e-mail>"
        for place in _PLACE.finditer(text):
            module = _MODULE.search(place.group())
            yield place.start(), place.end() if module is None else place.start() + module.start(1), "<path>"
        low = _lower(text)
        for begin, end, kind in (*self._short_in(low), *self._long_in(low)):
            yield begin, end, f"<{kind}>"
        for begin, end in _relative_in(text):  # behind what is known, whose mark says more
            yield begin, end, "<path>"

    def _short_in(self, low: str) -> Iterator[tuple[int, int, Kind]]:
        if self._words:
            for word in _WORD.finditer(low):
                if (kind := self._words.get(word.group())) is not None:
                    yield word.start(), word.end(), kind
        if self._phrases:
            for phrase in re.finditer(rf"(?<!\w)(?:{'|'.join(map(re.escape, self._phrases))})(?!\w)", low):
                yield phrase.start(), phrase.end(), self._phrases[phrase.group()]

    def _long_in(self, low: str) -> Iterator[tuple[int, int, Kind]]:
        if not self._stems:
            return
        for begin in range(len(low) - _STEM + 1):
            family = self._stems.get(low[begin : begin + _STEM])
            for known, kind in () if family is None else family.items():
                if low.startswith(known, begin):
                    yield begin, begin + len(known), kind


def _relative_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield where relative paths stand, with the words of a name that has spaces: `Some Customer AS/A letter.docx`."""
    known: dict[int, int] = {}
    for path, end in _paths_in(text):
        if _NO_PATH.fullmatch(text, path, end):
            continue
        behind = _LAST_WORDS.match(text, end)
        yield _name_begin(text, path, known), end if behind is None else behind.end()


def _name_begin(text: str, begin: int, known: dict[int, int]) -> int:
    """Return where the words of a name begin that goes on here; `known` is what was found so far for other words."""
    passed = []
    while begin not in known and begin and text[begin - 1] == " ":
        word = begin - 1
        while word and text[word - 1] not in _WORD_ENDS:
            word -= 1
        if not (text[word].isupper() or text[word].isdigit() or text[word] == "&"):
            break
        passed.append(begin)
        begin = word
    first = known.get(begin, begin)
    known.update(dict.fromkeys([*passed, begin], first))
    return first


def _paths_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield where `a/b` and `a.csv` stand. Each row of their signs is walked once: a log may hold one of megabytes."""
    for run in _PATH_RUN.finditer(text):
        whole = run.group()
        inner = whole.rstrip("/\\")
        slash = run.start() + max(inner.rfind("/"), inner.rfind("\\"))
        begin = _PATH_BEGIN.search(text, run.start(), slash) if slash >= run.start() else None
        if begin is not None:
            yield begin.start(), run.start() + min(len(inner) + 1, len(whole))
            continue
        for name in _FILE_RUN.finditer(text, run.start(), run.end()):
            endings = [ending.span() for ending in _FILE_END.finditer(text, name.start(), name.end())]
            begin = _FILE_BEGIN.search(text, name.start(), endings[-1][0]) if endings else None
            if begin is not None:
                yield begin.start(), endings[-1][1]


def _united(places: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Put places that overlap together, in their order; of a secret and something else it is a secret."""
    begin, end, mark = 0, 0, ""
    for start, stop, kind in places:
        if start < end:
            mark = _SECRET if _SECRET in {mark, kind} else mark
            end = max(end, stop)
            continue
        if end:
            yield begin, end, mark
        begin, end, mark = start, stop, kind
    if end:
        yield begin, end, mark


def _spellings(secret: str) -> set[str]:
    packed = base64.b64encode(secret.encode("utf-8", "surrogatepass")).decode().rstrip("=")
    quoted = quote(secret, safe="", errors="replace")
    return {secret, quoted, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], packed[:-1]}


def _lower(text: str) -> str:
    """Return the text in small letters, as long as it was, so that places in it are the same."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(one.lower() if len(one.lower()) == 1 else one for one in text)
