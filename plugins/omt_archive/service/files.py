"""The inventory of Customer Service: the trees of its templates and of its texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from omt_archive.findings import SERVICE_FOLDER_MISSING
from omt_archive.names import on_site
from omt_archive.service.folders import ServiceLayout
from omt_core.api import InventoryState, Item, sentence
from omt_folders.disk import Disk
from omt_folders.tree import telling, tree_item, walk

STAGE: Final = "customer-service"


def service_files(layout: ServiceLayout, *, disk: Disk, machine: Path | None) -> Iterator[Item]:
    """Yield the items of the stage. Blocking."""
    for prefix, folder in (("templates", layout.templates), ("texts", layout.texts)):
        if folder is None:
            continue
        if not disk.has_root(folder):
            yield missing_folder(STAGE, prefix, on_site(folder, machine))
            continue
        for file in walk(folder, disk):
            yield tree_item(STAGE, f"{prefix}/{file.relative}" if file.relative else prefix, file)
    for number, (text, why) in enumerate(layout.unusable, start=1):
        yield missing_folder(STAGE, f"path:{number}", telling(text), why)


def missing_folder(stage: str, key: str, shown: str, why: str = sentence("It does not exist.")) -> Item:
    """Return the item that stands for a whole folder that is not there."""
    return Item(
        stage=stage,
        key=key,
        name=shown,
        presence=InventoryState.MISSING,
        reason=SERVICE_FOLDER_MISSING.code,
        detail=why,
    )
