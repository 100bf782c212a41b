"""The conformance suite passes a good plugin, and each of its tests fails the plugin that breaks its rule."""

from __future__ import annotations

import re
from pathlib import Path

import anyio
import pytest

from omt_core.testing.conformance import PluginConformance
from omt_core.testing.harness import PluginFaultError
from tests.core.testing import faulty_plugins

pytest_plugins = ["pytester"]

SUITE = """
from omt_core.testing.conformance import PluginConformance
from tests.core.testing import faulty_plugins


class TestConformance(PluginConformance):
    plugin_class = faulty_plugins.{plugin}
    name = "sample"
"""


@pytest.fixture
def failures(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[3])

    def failed(plugin: str, words: str) -> set[str]:
        pytester.makepyfile(SUITE.format(plugin=plugin))
        result = pytester.runpytest("-q", "-k", words, "-p", "no:cacheprovider")
        reports = result.reprec.getfailures()  # type: ignore[attr-defined]
        assert result.parseoutcomes().keys() & {"passed", "failed"}
        return {report.nodeid.rpartition("::")[2] for report in reports}

    return failed


def test_a_good_plugin_passes_every_test(failures) -> None:
    assert failures("Good", "") == set()


@pytest.mark.parametrize(
    ("plugin", "test"),
    [
        ("Shouting", "test_its_finding_codes_are_catalogued"),
        ("Speechless", "test_its_finding_codes_are_catalogued"),
        ("Unspoken", "test_its_error_codes_are_catalogued"),
        ("Wordless", "test_its_error_codes_are_catalogued"),
        ("Screaming", "test_its_error_codes_are_catalogued"),
        ("Reticent", "test_it_answers_as_its_hooks_say and ordinary"),
        ("Borrowing", "test_the_host_takes_the_class"),
        ("Demanding", "test_it_works_without_settings"),
        ("Silent", "test_every_setting_is_described"),
        ("Nameless", "test_it_answers_as_its_hooks_say and ordinary"),
        ("Expectant", "test_it_answers_as_its_hooks_say and empty"),
        ("Fragile", "test_it_answers_as_its_hooks_say and hostile"),
        ("Moody", "test_it_says_the_same_when_asked_again and ordinary"),
        ("Mute", "test_its_findings_can_be_read and ordinary"),
        ("Blocking", "test_it_does_not_hold_up_the_event_loop and ordinary"),
        ("Writing", "test_it_writes_nothing_on_site and ordinary"),
    ],
)
def test_a_plugin_that_breaks_a_rule_fails_the_test_of_that_rule(failures, plugin: str, test: str) -> None:
    name, _, situation = test.partition(" and ")
    assert failures(plugin, test) == {f"{name}[{situation}]" if situation else name}


def test_a_call_that_blocks_is_told_with_its_hook_its_place_and_what_to_do(tmp_path: Path) -> None:
    class TestBlocking(PluginConformance):
        plugin_class = faulty_plugins.Blocking
        name = "sample"

    found = anyio.run(TestBlocking._ask, "empty", tmp_path)
    with pytest.raises(PluginFaultError) as told:
        TestBlocking().test_it_does_not_hold_up_the_event_loop("empty", lambda _: found)
    place = re.escape(str(Path("core", "testing", "faulty_plugins.py")))
    assert re.search(rf"Blocking call to time.sleep at .*{place}:\d+ in validate_users", str(told.value))
    assert "The plugin 'sample' failed in 'validate_users'" in str(told.value)
    assert "anyio.to_thread.run_sync" in str(told.value)
