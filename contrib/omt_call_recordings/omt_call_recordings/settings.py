"""The section `[call_recordings]` of the settings file, or `[plugins.call_recordings]` of the answers file."""

from __future__ import annotations

from pathlib import Path

from omt_core.api import PluginSettings
from pydantic import Field, field_validator


class CallRecordingsSettings(PluginSettings):
    """Every setting has a default, since a plugin is installed before it is set up."""

    folder: Path | None = Field(
        default=None,
        description="The folder that the telephone system writes its recordings to, with sub-folders as it likes. A "
        "relative path starts in the folder of the file that it stands in.",
    )
    endings: tuple[str, ...] = Field(
        default=(".wav", ".mp3", ".ogg", ".opus"),
        description="What names of recordings end in, in any case; other files are not moved.",
    )
    smallest_bytes: int = Field(
        default=45,
        ge=0,
        description="A recording that is smaller has no sound: a WAV file has 44 bytes before the first one.",
    )

    @field_validator("endings")
    @classmethod
    def _endings(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """Take endings in any case, with or without the dot, as people write them."""
        return tuple("." + ending.strip().removeprefix(".").casefold() for ending in given)
