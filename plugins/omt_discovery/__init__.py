"""Finds the on-site installation: where its database, its archives and its Service folders are, and who says so."""

from __future__ import annotations

from omt_discovery.plugin import DiscoveryPlugin
from omt_discovery.settings import DiscoverySettings

__all__ = ["DiscoveryPlugin", "DiscoverySettings"]
