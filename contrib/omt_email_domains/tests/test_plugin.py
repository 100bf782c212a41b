"""The plugin in a real host, and as it is found when it is installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points

import anyio
from omt_core.testing.conformance import PluginConformance
from omt_core.testing.harness import PluginHarness
from omt_core.testing.sample_calls import SampleCalls
from omt_core.testing.samples import sample_user

from omt_email_domains import EmailDomainsPlugin


class TestConformance(PluginConformance):
    """What every plugin must keep to."""

    plugin_class = EmailDomainsPlugin
    name = "email_domains"
    settings = {"allowed_domains": ["example.com"]}  # noqa: RUF012 - declared by the suite


def test_only_users_with_a_plan_are_looked_at(omt_plugin: Callable[..., PluginHarness]) -> None:
    harness = omt_plugin(EmailDomainsPlugin, "email_domains", {"allowed_domains": ["example.com"]})
    samples = SampleCalls(users=(sample_user("HH"), sample_user("VS"), sample_user("AB")))
    call = samples.validate_user_names(
        plans={"HH": "ten-sales", "VS": "ten-sales"},
        user_names={"HH": "info@example.com", "VS": "v@mail.test", "AB": "a@mail.test"},
    )
    found = {finding.code: finding.subjects for finding in anyio.run(harness.validate, call)}
    assert found == {"user-name-domain-not-allowed": ("VS",), "user-name-is-role-mailbox": ("HH",)}


def test_it_is_found_by_its_entry_point_when_it_is_installed() -> None:
    (entry,) = entry_points(group="omt.plugins", name="email_domains")
    assert entry.load() is EmailDomainsPlugin
