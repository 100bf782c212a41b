"""Settings of the plugin `checks`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from omt_core.api import PluginSettings


class ChecksSettings(PluginSettings):
    """The section `[checks]` of the settings file."""

    model_bytes: Annotated[int, Field(gt=0)] = 256_000_000
    """How large the unpacked DatabaseModel may be; a larger one is reported as unreadable."""
