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
