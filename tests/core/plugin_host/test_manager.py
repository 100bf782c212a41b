"""Plugins are found by entry point and by `--plugin`, looked at before they are registered, and held with a reason."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from omt_core.api.errors import WORKSPACE_NOT_WRITABLE
from omt_core.api.plugin import Plugin, PluginSettings
from omt_core.plugin_host.manager import (
    Candidate,
    PluginHost,
    PluginState,
    RejectedPluginError,
    check_class,
    find_plugins,
)
from tests.core.plugin_host import plugins
from tests.core.plugin_host.test_dispatch import candidate


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


def test_a_module_of_the_current_folder_is_found_whichever_way_the_tool_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program `omt` does not have that folder among its modules by itself, as `python -m omt_core` has."""
    (tmp_path / "found_here.py").write_text(
        "from omt_core.api import Plugin\nclass Mine(Plugin):\n    pass\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [one for one in sys.path if one])
    found = by_name(find_plugins(extra=("found_here:Mine",), disabled=()), "found_here")
    assert (found.state, found.problem) == (PluginState.ACTIVE, "")


@pytest.mark.parametrize(
    "words", ["./my_rules.py:MyRules", "my_rules.py:MyRules", r"C:\x\my_rules.py:MyRules", "my_rules"]
)
def test_what_is_no_module_with_a_class_is_said_so(words: str) -> None:
    (found,) = (one for one in find_plugins(extra=(words,), disabled=()) if one.version == "development")
    assert found.problem == f"{words} is not MODULE:ATTR, such as my_rules:MyRules"


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


def test_a_good_plugin_passes() -> None:
    assert check_class(plugins.Good) is plugins.Good


@pytest.mark.parametrize(
    ("candidate", "words"),
    [
        (plugins.Unmarked, "without @hookimpl"),
        (plugins.NotAsync, "must be a coroutine"),
        (plugins.OtherParameters, "instead of (self, call)"),
        (plugins.UnknownHook, "unknown hook 'validate_everything'"),
        (plugins.FreezesForGood, "'freeze' without 'thaw'"),
        (plugins.NoPlugin, "not a subclass"),
        ("text", "not a subclass"),
    ],
)
def test_a_bad_plugin_is_rejected_with_the_reason(candidate: object, words: str) -> None:
    with pytest.raises(RejectedPluginError, match=words.replace("(", r"\(").replace(")", r"\)")):
        check_class(candidate)


def test_a_plugin_that_cannot_be_made_or_clashes_is_broken_and_does_not_take_part() -> None:
    host = PluginHost(
        [
            candidate("fails", plugins.FailsWhenMade),
            candidate("good", plugins.Good),
            candidate("twin", plugins.Good),
        ],
        lambda _: PluginSettings(),
    )
    problems = {plugin.name: plugin.problem for plugin in host.plugins if plugin.state is PluginState.BROKEN}
    assert "RuntimeError: not today" in problems["fails"]
    assert "names the plugin 'good'" in problems["twin"]
    assert "twin" not in host.versions
    assert {one for finding in host.inactive_findings() for one in finding.subjects} == {"plugin:fails", "plugin:twin"}


def test_an_error_code_is_in_the_catalogue_with_all_who_named_it() -> None:
    host = PluginHost(
        [candidate("one", plugins.Outside), candidate("two", plugins.Outside)], lambda _: PluginSettings()
    )
    named = host.error_codes["database-gone"]
    assert (named.code, named.owners) == (plugins.DATABASE_GONE, ("one", "two"))
    assert host.error_codes[WORKSPACE_NOT_WRITABLE.code].owners == ("core",)


def test_an_error_code_with_two_meanings_is_rejected_with_both_names_and_the_tools_own_comes_first() -> None:
    host = PluginHost(
        [candidate("another", plugins.OutsideOtherwise), candidate("tools", plugins.Outside, default=True)],
        lambda _: PluginSettings(),
    )
    assert {plugin.name: plugin.problem for plugin in host.plugins} == {
        "another": "its error code 'database-gone' is that of 'tools' already",
        "tools": "",
    }
    assert host.error_codes["database-gone"].code == plugins.DATABASE_GONE


@pytest.mark.parametrize(
    ("plugin_class", "problem"),
    [
        (plugins.OutsideTwice, "names the error code 'database-gone' twice"),
        (plugins.NamesNoCodes, "what its 'add_error_codes' answers is not what the hook says[0]"),
    ],
)
def test_a_plugin_whose_error_codes_are_no_catalogue_takes_no_part(plugin_class: type[Plugin], problem: str) -> None:
    host = PluginHost([candidate("odd", plugin_class)], lambda _: PluginSettings())
    assert problem in host.plugins[0].problem
    assert "database-gone" not in host.error_codes


def test_a_default_plugin_that_is_disabled_is_a_finding_and_another_is_not() -> None:
    gone = [
        Candidate(name="checks", version="1", source="test", default=True, state=PluginState.DISABLED),
        Candidate(name="extra", version="1", source="test", default=False, state=PluginState.DISABLED),
    ]
    host = PluginHost(gone, lambda _: PluginSettings())
    assert [finding.subjects for finding in host.inactive_findings()] == [("plugin:checks",)]
