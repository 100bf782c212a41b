"""Puts the tool together anew when its settings are changed on the page, before an installation is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, Field, SecretStr

from omt_core.api.errors import InputError
from omt_core.api.plugin import PluginSettings
from omt_core.api.sentence import sentence
from omt_core.app import Application
from omt_core.plugin_host import PluginState
from omt_core.plugin_host.errors import PLUGIN_UNKNOWN

Compose = Callable[[Mapping[str, object]], Application]
"""Loads plugins and settings; the argument holds sections of settings that win over every other place."""


class SettingsSection(BaseModel):
    """A plugin's section: its JSON schema, and its values as they are now. A secret is told as an empty text."""

    plugin: str
    schema_: dict[str, Any] = Field(alias="schema")  # `schema` is a method of pydantic's models
    values: dict[str, Any]


class Composer:
    """The tool as it is put together now."""

    def __init__(self, compose: Compose, sections: Mapping[str, Mapping[str, object]] | None = None) -> None:
        """Put it together with what `sections` remember, where no other place says otherwise and it is still valid."""
        self.again = compose
        """What puts the tool together."""
        self.app = compose({})
        self._given: dict[str, dict[str, object]] = {}
        for section, values in (sections or {}).items():
            said = self._said_elsewhere(section)
            with suppress(InputError):
                self.change(section, {name: value for name, value in values.items() if name not in said})

    def change(self, section: str, values: Mapping[str, object]) -> None:
        """Change a section and put the tool together with it. Raises `InputError` that names each wrong key.

        An empty text for a secret keeps the one that is there.
        """
        model = self._model(section)
        kept = {name: value for name, value in values.items() if not (value == "" and _is_secret(model, name))}
        given = {**self._given, section: {**self._given.get(section, {}), **kept}}
        self.app = self.again(given)
        self._given = given

    def another(self) -> Application:
        """Put the tool together once more, as it is now: it shares nothing with the one that is in use. Blocking."""
        return self.again(self._given)

    def kept(self) -> dict[str, dict[str, object]]:
        """Return what was changed, without secrets."""
        return {
            section: {name: value for name, value in values.items() if not _is_secret(self._model(section), name)}
            for section, values in self._given.items()
        }

    def sections(self) -> tuple[SettingsSection, ...]:
        """Return the sections of all active plugins that have settings."""
        found = []
        for plugin in self.app.host.plugins:
            if plugin.state is not PluginState.ACTIVE:
                continue
            model = self._model(plugin.name)
            if model.model_fields:
                found.append(
                    SettingsSection(
                        plugin=plugin.name, schema=model.model_json_schema(), values=self._values(plugin.name)
                    )
                )
        return tuple(found)

    def online(self) -> tuple[str, str]:
        """Return address and token file of the online side, as far as the settings name them."""
        values = self._values(self.app.settings.core.holders.online)
        return str(values.get("url") or ""), str(values.get("token_file") or "")

    def _said_elsewhere(self, plugin: str) -> set[str]:
        try:
            return self.app.settings.section(plugin).model_fields_set
        except (InputError, KeyError):
            return set()

    def _values(self, plugin: str) -> dict[str, Any]:
        try:
            section = self.app.settings.section(plugin)
        except (InputError, KeyError):
            return {}
        return {
            name: "" if isinstance(getattr(section, name), SecretStr) else value
            for name, value in section.model_dump(mode="json").items()
        }

    def _model(self, plugin: str) -> type[PluginSettings]:
        registered = self.app.host.manager.get_plugin(plugin)
        if registered is None:
            raise PLUGIN_UNKNOWN.error(
                sentence("No active plugin is called {plugin}.", plugin=repr(plugin)),
                remedy=sentence("See `omt plugins`."),
            )
        return type(registered).settings_model  # type: ignore[no-any-return]  # pluggy does not know our class


def _is_secret(model: type[PluginSettings], name: str) -> bool:
    field = model.model_fields.get(name)
    return field is not None and "SecretStr" in str(field.annotation)
