"""Items for whole trees: templates and the folders of Customer Service."""

from __future__ import annotations

from omt_archive.names import telling
from omt_archive.tree import TreeFile
from omt_core.api import Item


def tree_item(stage: str, key: str, file: TreeFile) -> Item:
    """Return the item of a file; `key` is its path with `/`, which is also its name online."""
    seen = file.examination
    return Item(
        stage=stage, key=telling(key), name=telling(key), path=file.path, size=seen.size, mtime_ns=seen.mtime_ns,
        ctime_ns=seen.ctime_ns, presence=seen.presence, reason=seen.reason, detail=seen.detail,
        recalled=seen.recalled,
    )  # fmt: skip
