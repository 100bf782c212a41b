"""Makes HTML of a page, by a library that knows Markdown; HTML within a page is text and nothing else."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from omt_core.documentation.library import Page

_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
_OUTSIDE: Final = ("http:", "https:", "mailto:")


def as_html(page: Page, address: Callable[[str], str | None]) -> str:
    """Return the page's HTML, without head and body.

    `address` says where a page of this name is served, None where it is not: what leads to files that are not served
    is shown as text. Headings have the anchors that the pages' own links name; a row of a table that begins with a
    code has that as its anchor.
    """
    tokens = _MARKDOWN.parse(page.text)
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(tokens[number + 1].content))
        elif token.type == "tr_open":
            _name_row(token, tokens[number + 1 : number + 3])
        for child in token.children or ():
            if child.type == "image":
                _picture_as_words(child)
        _lead(token.children or [], page, address)
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _name_row(row: Token, cell: Sequence[Token]) -> None:
    children = cell[-1].children or []
    if [child.type for child in children] == ["code_inline"]:
        row.attrSet("id", children[0].content)


def _picture_as_words(image: Token) -> None:
    """Pictures are not in the wheel: what they show is said."""
    image.type, image.tag, image.content, image.children = "text", "", f"[{image.content}]", None


def _lead(children: Sequence[Token], page: Page, address: Callable[[str], str | None]) -> None:
    """Lead each link to where its page is served."""
    dead = False
    for child in children:
        if child.type == "link_open":
            target = _target(str(child.attrGet("href") or ""), page, address)
            dead = target is None
            if target is not None:
                child.attrSet("href", target)
                child.attrSet("rel", "noreferrer")
        if child.type in {"link_open", "link_close"} and dead:
            child.tag, child.attrs = "span", {}


def _target(link: str, page: Page, address: Callable[[str], str | None]) -> str | None:
    if link.startswith(("#", *_OUTSIDE)):
        return link
    path, _, anchor = link.partition("#")
    name = posixpath.normpath(posixpath.join(posixpath.dirname(page.name), path))
    found = address(name.removesuffix(".md")) if name.endswith(".md") else None
    return f"{found}#{anchor}" if found and anchor else found
