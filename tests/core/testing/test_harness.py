"""One plugin in a real host."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from omt_core.plugin_host.manager import RejectedPluginError
from omt_core.testing.harness import PluginFaultError, PluginHarness
from omt_core.testing.sample_calls import SampleCalls
from omt_core.testing.samples import sample_user
from tests.core.plugin_host import plugins
from tests.core.testing.faulty_plugins import Borrowing, Good, Nameless

pytestmark = pytest.mark.anyio


async def test_findings_come_back_through_a_real_host() -> None:
    calls = SampleCalls(users=(sample_user("B"), sample_user("A")))
    (finding,) = await PluginHarness(Good, "sample").validate(calls.validate_users())
    assert (finding.code, finding.plugin, finding.subjects) == ("it-is-so", "sample", ("A", "B"))


async def test_a_code_that_was_never_named_is_a_fault() -> None:
    with pytest.raises(PluginFaultError, match="never named"):
        await PluginHarness(Nameless, "sample").validate(SampleCalls().validate_users())


async def test_a_plugin_that_raises_is_a_fault_that_names_the_hook() -> None:
    with pytest.raises(PluginFaultError, match=r"validate_users.*ZeroDivisionError"):
        await PluginHarness(plugins.Raising, "sample").validate(SampleCalls().validate_users())


def test_a_plugin_that_the_host_refuses_cannot_be_loaded() -> None:
    with pytest.raises(PluginFaultError, match="names the plugin 'other'"):
        PluginHarness(Borrowing, "sample")
    with pytest.raises(RejectedPluginError, match="without @hookimpl"):
        PluginHarness(plugins.Unmarked, "sample")


def test_settings_are_checked_by_the_plugins_own_model() -> None:
    assert PluginHarness(Good, "sample", {"word": "thus"}).settings.model_dump() == {"word": "thus"}
    with pytest.raises(ValidationError, match="wrod"):
        PluginHarness(Good, "sample", {"wrod": "thus"})


def test_the_fixture_loads_a_plugin(omt_plugin) -> None:
    assert omt_plugin(Good, "sample").name == "sample"
