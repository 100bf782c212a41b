"""A module whose plugin would be called like one of the default ones."""

from tests.core.plugin_host.plugins import Good

__all__ = ["Good"]
