"""Photos of users: whatever the database holds, only pictures of known kinds leave it (W48)."""

from __future__ import annotations

from typing import Final

from omt_core.api import calls
from omt_core.api.plugin import Plugin
from omt_core.api.users import Photo
from omt_core.engine.runner import Runner

_LARGEST: Final = 4 << 20
_BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)


async def read_picture(runner: Runner, photo: int) -> Photo | None:
    """Return a photo of a user who may be seen here, with the type that its bytes say; None for anything else."""
    now = runner.now
    if all(user.photo != photo for user in now.users):
        return None
    stored = await runner.engine.dispatch.one(
        Plugin.read_photo, calls.ReadPhoto(database=now.located.database, photo=photo, run=now.run)
    )
    if stored is None or len(stored.content) > _LARGEST:
        return None
    kind = media_type_of(stored.content)
    return None if kind is None else Photo(content=stored.content, media_type=kind)


def media_type_of(content: bytes) -> str | None:
    """Tell which kind of picture this is, by its first bytes; None if it is none that a page may show."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), None)
