"""A partner's plugin in the place of the archive, which is told the same answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from omt_core.api import Plugin, PluginSettings


class OwnArchiveSettings(PluginSettings):
    """What the answers may say of an archive."""

    owners: Mapping[str, str] = {}


class OwnArchive(Plugin):
    """Does nothing."""

    settings_model: ClassVar[type[PluginSettings]] = OwnArchiveSettings
