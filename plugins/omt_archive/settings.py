"""Settings of the plugin `archive`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from omt_core.api import PluginSettings


class ArchiveSettings(PluginSettings):
    """The section `[archive]` of the settings file."""

    batch_items: Annotated[int, Field(gt=0, le=5_000)] = 2_000
    """How many items go to the transfer at once."""

    trusted_folders: tuple[Path, ...] = ()
    """Folders outside the archive that links in it may lead to; a link to anywhere else is refused."""

    owners: dict[str, str] = Field(default_factory=dict)
    """By login, the folder that a user's documents lie in too, since it kept an earlier login: `{ HH = "HHOLD" }`."""

    candidates: Annotated[int, Field(ge=0, le=50)] = 5
    """How many nearest files are named for a missing one."""

    remembered_per_owner: Annotated[int, Field(gt=0)] = 50_000
    """How many missing documents and unclaimed files of one owner are kept in memory to be matched with each other."""

    differences: Annotated[int, Field(ge=0)] = 50_000
    """Up to how many documents and files that differ a recovery looks at these alone, and not at all documents anew."""

    away_minutes: Annotated[float, Field(gt=0)] = 10.0
    """How long the checks wait for a folder that was there before and does not answer, in minutes."""

    missing_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    """From which share of missing files on a tree (a root, an owner's folder, a folder of attachments) is an error.

    So is a tree of which a greater share of the files that are there have no content.
    """

    missing_files: Annotated[int, Field(gt=0)] = 10
    """How many files have to be missing, or without content, in a tree for that."""
