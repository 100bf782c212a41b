"""What counts as a valid user name."""

from __future__ import annotations

from pydantic import Field

from omt_core.api import PluginSettings


class UserNamesSettings(PluginSettings):
    """The section `usernames` of the settings.

    The exact rule of the online side is not documented. This one asks for: one @, a dot in
    the domain, the lengths of RFC 5321, no space, an ASCII or IDN domain that mail
    can reach from the Internet (so not `.local`: the welcome mail would get nowhere).
    """

    max_length: int = Field(default=254, ge=6, le=254)
    """How many characters the column for user names holds."""

    international_names: bool = False
    """Whether letters beyond ASCII may stand before the @; few mail systems deliver to such an address."""
