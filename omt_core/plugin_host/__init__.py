"""Finds and holds plugins, and asks them."""

from omt_core.api.hook import Role, RoleSettings
from omt_core.plugin_host.answers import Answers
from omt_core.plugin_host.dispatch import Dispatch, upload_stages
from omt_core.plugin_host.event_hub import EventHub, StampedEvent
from omt_core.plugin_host.findings import CORE
from omt_core.plugin_host.manager import Candidate, PluginHost, PluginState, find_plugins

__all__ = [
    "CORE",
    "Answers",
    "Candidate",
    "Dispatch",
    "EventHub",
    "PluginHost",
    "PluginState",
    "Role",
    "RoleSettings",
    "StampedEvent",
    "find_plugins",
    "upload_stages",
]
