"""The files of the page, as they were when the tool started."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Final

from aiohttp import web

from omt_core.wizard.route import Route

TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
"""What may lie in `static/`, and what a browser is told that it is."""
_PAGE: Final = "index.html"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of the page; `path` is relative to `static/`."""

    path: str
    content: bytes

    @property
    def type(self) -> str:
        """Its media type."""
        return TYPES[PurePosixPath(self.path).suffix]

    @property
    def etag(self) -> str:
        """What stands for its content."""
        return hashlib.sha256(self.content).hexdigest()[:32]


def static_files() -> tuple[StaticFile, ...]:
    """Read all files of the page, from wherever the tool is installed."""
    return tuple(sorted(_below(files("omt_core.wizard") / "static", ""), key=lambda file: file.path))


def static_routes() -> tuple[Route, ...]:
    """Return one call per file. Paths have no variable part, so that none leads anywhere else."""
    return tuple(
        Route(
            method="GET",
            path="/" if file.path == _PAGE else f"/{file.path}",
            handler=partial(_send, file, file.etag),
            open=True,
        )
        for file in static_files()
    )


def _below(folder: Traversable, prefix: str) -> Iterator[StaticFile]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _below(entry, f"{prefix}{entry.name}/")
        elif PurePosixPath(entry.name).suffix in TYPES:
            yield StaticFile(f"{prefix}{entry.name}", entry.read_bytes())


async def _send(file: StaticFile, etag: str, request: web.Request) -> web.Response:
    known = any(tag.value == etag for tag in request.if_none_match or ())
    response = web.Response(status=304) if known else web.Response(body=file.content, content_type=file.type)
    if not known and file.type.startswith(("text/", "application/json")):
        response.charset = "utf-8"
    response.etag = etag
    response.headers["Cache-Control"] = "no-cache"
    return response
