"""The plugins that come with the tool keep to what is asked of partners' plugins."""

from __future__ import annotations

from omt_archive import ArchivePlugin
from omt_checks import ChecksPlugin
from omt_core.testing.conformance import PluginConformance
from omt_discovery import DiscoveryPlugin
from omt_freeze import FreezePlugin
from omt_plans import PlansPlugin
from omt_report import ReportPlugin
from omt_usernames import UserNamesPlugin


class TestArchive(PluginConformance):
    plugin_class = ArchivePlugin
    name = "archive"


class TestChecks(PluginConformance):
    plugin_class = ChecksPlugin
    name = "checks"


class TestDiscovery(PluginConformance):
    plugin_class = DiscoveryPlugin
    name = "discovery"


class TestFreeze(PluginConformance):
    plugin_class = FreezePlugin
    name = "freeze"


class TestPlans(PluginConformance):
    plugin_class = PlansPlugin
    name = "plans"


class TestReport(PluginConformance):
    plugin_class = ReportPlugin
    name = "report"


class TestUserNames(PluginConformance):
    plugin_class = UserNamesPlugin
    name = "usernames"
