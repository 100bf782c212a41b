"""Loads plugins, checks them, and asks them."""

from omt_core.api.roles import Role, RoleSettings
from omt_core.plugin_host.bus import HookBus
from omt_core.plugin_host.calling import HookCaller
from omt_core.plugin_host.findings import CORE
from omt_core.plugin_host.hub import EventHub, StampedEvent
from omt_core.plugin_host.loading import Candidate, PluginState, find_plugins
from omt_core.plugin_host.manager import WAIVER_PREFIX, PluginHost

__all__ = [
    "CORE",
    "WAIVER_PREFIX",
    "Candidate",
    "EventHub",
    "HookBus",
    "HookCaller",
    "PluginHost",
    "PluginState",
    "Role",
    "RoleSettings",
    "StampedEvent",
    "find_plugins",
]
