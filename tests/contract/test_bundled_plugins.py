"""The plugins that come with the tool keep to what is asked of partners' plugins."""

from __future__ import annotations

import tomllib
from importlib.metadata import entry_points

from omt_archive import ArchivePlugin
from omt_checks import ChecksPlugin
from omt_core.testing.conformance import PluginConformance
from omt_discovery import DiscoveryPlugin
from omt_freeze import FreezePlugin
from omt_notify import NotifyPlugin
from omt_plans import PlansPlugin
from omt_report import ReportPlugin
from omt_tenant import TenantPlugin
from omt_usernames import UserNamesPlugin
from tests.contract.checkout import ROOT


def test_the_installed_tool_finds_the_plugins_that_this_checkout_names() -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    found = {point.name: point.value for point in entry_points(group="omt.plugins")}
    lacking = {name: value for name, value in named["omt.plugins"].items() if found.get(name) != value}
    assert not lacking, "install the checkout anew: pip install --no-deps --no-build-isolation -e ."


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


class TestNotify(PluginConformance):
    plugin_class = NotifyPlugin
    name = "notify"


class TestPlans(PluginConformance):
    plugin_class = PlansPlugin
    name = "plans"


class TestReport(PluginConformance):
    plugin_class = ReportPlugin
    name = "report"


class TestTenant(PluginConformance):
    plugin_class = TenantPlugin
    name = "tenant"


class TestUserNames(PluginConformance):
    plugin_class = UserNamesPlugin
    name = "usernames"
