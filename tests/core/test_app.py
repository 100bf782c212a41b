"""The composition root: which plugins take part, under which settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api.errors import InputError
from omt_core.app import compose
from omt_core.plugin_host import PluginState


def test_a_rejected_twin_does_not_drop_the_section_of_the_plugin_that_takes_part(tmp_path: Path) -> None:
    """The section may hold a proxy, a CA or the columns that are secret."""
    file = tmp_path / "settings.toml"
    file.write_text("[freeze]\nservice_config_names = ['our.config']\n", encoding="utf-8")
    twin = "tests.core.plugin_host.freeze:Good"
    app = compose(plugins=(twin,), settings_file=file)
    twins = {plugin.source: plugin.state for plugin in app.host.plugins if plugin.name == "freeze"}
    assert twins[f"--plugin {twin}"] is PluginState.BROKEN
    section = app.settings.section("freeze")
    assert section.model_dump()["service_config_names"] == ("our.config",)


def test_a_name_that_is_no_plugins_cannot_be_disabled() -> None:
    with pytest.raises(InputError, match="'uplod'") as refused:
        compose(disabled=("uplod", "upload"))
    assert refused.value.code == "plugin-unknown"


OWN_NAMES = "tests.core.plugin_host.own_names:OwnNames"


def replacing(folder: Path, *lines: str) -> Path:
    file = folder / "settings.toml"
    file.write_text("\n".join(["[core.replace]", *lines]), encoding="utf-8")
    return file


def test_a_plugin_takes_the_place_of_a_default_one_where_a_setting_says_so_and_only_there(tmp_path: Path) -> None:
    refused = {plugin.name: plugin.problem for plugin in compose(plugins=(OWN_NAMES,)).host.plugins}
    assert refused["own_names"] == "its finding code 'user-name-duplicate' is that of 'usernames' already"
    file = replacing(tmp_path, "usernames = 'own_names'", "auth = 'own_names'")
    app = compose(plugins=(OWN_NAMES,), settings_file=file)
    states = {plugin.name: (plugin.state, plugin.problem) for plugin in app.host.plugins}
    assert states["own_names"] == (PluginState.ACTIVE, "")
    assert states["usernames"] == (PluginState.REPLACED, "'own_names' takes its place")
    assert app.host.codes["user-name-duplicate"].plugin == "own_names"
    assert app.settings.core.holders.authentication == "own_names"
    assert app.host.inactive_findings() == (), "that it was asked for is no finding"


def test_nobody_falls_back_on_a_replaced_plugin_when_the_other_is_broken(tmp_path: Path) -> None:
    file = replacing(tmp_path, "auth = 'own_names'")
    app = compose(plugins=(OWN_NAMES,), settings_file=file)
    assert {plugin.name: plugin.state for plugin in app.host.plugins}["auth"] is PluginState.REPLACED
    assert [finding.subjects for finding in app.host.inactive_findings()] == [("plugin:own_names",)]


def test_a_plugin_whose_successor_is_disabled_is_missed_like_one_that_is_disabled(tmp_path: Path) -> None:
    """Else two options that are harmless alone would take the tool's own rules away without a trace."""
    file = replacing(tmp_path, "auth = 'own_names'")
    app = compose(plugins=(OWN_NAMES,), disabled=("own_names",), settings_file=file)
    (finding,) = app.host.inactive_findings()
    assert (finding.code, finding.subjects) == ("plugin-not-active", ("plugin:auth",))
    assert finding.message.endswith("is replaced: 'own_names' takes its place, and takes no part.")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("authh = 'own_names'", "no plugin 'authh' of the tool's own to replace"),
        ("own_names = 'auth'", "no plugin 'own_names' of the tool's own to replace"),
        ("auth = 'nobody'", "no plugin 'nobody' to take a place"),
        ("auth = 'usernames'", "no plugin 'usernames' to take a place"),
    ],
)
def test_what_cannot_replace_or_be_replaced_is_refused(line: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words) as refused:
        compose(plugins=(OWN_NAMES,), settings_file=replacing(tmp_path, line))
    assert refused.value.code == "plugin-unknown"
    assert "core.replace" in refused.value.remedy


def test_what_the_answers_say_of_a_replaced_plugin_is_for_the_one_in_its_place(tmp_path: Path) -> None:
    file = replacing(tmp_path, "archive = 'own_archive'")
    app = compose(
        plugins=("tests.core.plugin_host.own_archive:OwnArchive",),
        settings_file=file,
        answers={"archive": {"owners": {"HH": "HHOLD"}}},
    )
    assert app.settings.section("own_archive").model_dump()["owners"] == {"HH": "HHOLD"}
