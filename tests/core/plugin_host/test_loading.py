"""Plugins are found by entry point and by `--plugin`, and a disabled one is not even imported."""

from __future__ import annotations

import sys

import pytest

from omt_core.plugin_host.loading import Candidate, PluginState, find_plugins


def by_name(found: tuple[Candidate, ...], name: str) -> Candidate:
    return next(candidate for candidate in found if candidate.name == name)


def test_the_default_plugins_are_found_and_active() -> None:
    found = find_plugins(extra=(), disabled=())
    defaults = {candidate.name for candidate in found if candidate.default}
    assert {"discovery", "database", "auth", "checks", "plans", "usernames", "freeze", "archive"} <= defaults
    assert all(candidate.state is PluginState.ACTIVE for candidate in found if candidate.default)


def test_a_module_that_cannot_be_imported_is_broken_with_the_reason() -> None:
    found = by_name(find_plugins(extra=("no_such_module:Plugin",), disabled=()), "no_such_module")
    assert (found.state, found.default) == (PluginState.BROKEN, False)
    assert "ModuleNotFoundError" in found.problem


def test_a_disabled_plugin_is_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("omt_simulator")]:
        monkeypatch.delitem(sys.modules, name)
    found = by_name(find_plugins(extra=(), disabled=("simulator",)), "simulator")
    assert found.state is PluginState.DISABLED
    assert "omt_simulator" not in sys.modules


def test_a_plugin_with_the_name_of_a_default_one_is_broken_and_the_default_one_stays() -> None:
    found = find_plugins(extra=("tests.core.plugin_host.checks:Good",), disabled=())
    other, ours = [candidate for candidate in found if candidate.name == "checks"]
    assert (ours.default, ours.state) == (True, PluginState.ACTIVE)
    assert other.state is PluginState.BROKEN
    assert "is that of a plugin from online-migration-tool" in other.problem
