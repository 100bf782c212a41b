"""Settings: one section `core` and one per plugin, from four places of growing weight.

Settings file (TOML), answers file (its section `online`), environment (`OMT_` and `__` between levels, so that
`OMT_ONLINE__URL` is `online.url`), options of the command line.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from omt_core.api.errors import InputError
from omt_core.api.plugin import PluginSettings
from omt_core.api.roles import Role, RoleSettings

ENVIRONMENT_PREFIX: Final = "OMT_"


class WizardSettings(BaseModel):
    """What the wizard can be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    idle_minutes: float = Field(
        default=30.0,
        gt=0,
        description="Minutes without a click after which a browser needs a new link. While an upload runs none is.",
    )
    browser: bool = Field(default=True, description="Open the wizard in the browser; the link is printed in any case.")


class CoreSettings(BaseModel):
    """What the core itself can be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workspace: Path | None = Field(default=None, description="Folder of the migration; default: by licence serial.")
    hook_timeout: float = Field(default=300.0, gt=0, description="Seconds that a plugin may take for a short hook.")
    settle_seconds: float = Field(
        default=0.0,
        ge=0,
        description="Seconds between freeze and snapshot, so that caches on site notice the freeze (about a minute).",
    )
    roles: RoleSettings = Field(default=RoleSettings(), description="Which plugin holds which role.")
    wizard: WizardSettings = Field(default=WizardSettings(), description="How the wizard is opened and kept.")


class Settings:
    """All settings of a process, checked."""

    def __init__(self, core: CoreSettings, sections: Mapping[str, PluginSettings | None]) -> None:
        self.core = core
        self._sections = sections

    def section(self, plugin: str) -> PluginSettings:
        """Return a plugin's section. Raises `InputError` `settings-missing` where it lacks a value."""
        section = self._sections[plugin]
        if section is None:
            raise InputError(
                "settings-missing",
                f"the section [{plugin}] of the settings lacks a value that has no default.",
                "Give it in the settings file, or disable the plugin.",
            )
        return section


def load_settings(
    models: Mapping[str, type[PluginSettings]],
    *,
    file: Path | None = None,
    answers: Mapping[str, object] | None = None,
    options: Mapping[str, object] | None = None,
    ignored: frozenset[str] = frozenset(),
) -> Settings:
    """Read and check the settings of the core and of the plugins in `models` (by plugin name).

    The section `online` of the answers is that of whichever plugin holds the role. Sections of `ignored` plugins
    (disabled or broken ones) may be there and are passed over. Raises `InputError` `settings-invalid` that names each
    wrong key with its dots.
    """
    from_file = _without(_read(file), ignored)
    try:
        core: CoreSettings = _root({}, {}, from_file, options, extra="ignore").core  # type: ignore[attr-defined]
        given = {core.roles.online if name == Role.ONLINE else name: one for name, one in (answers or {}).items()}
        known = {name: section for name, section in given.items() if name in models}
        root = _root(models, known, from_file, options, extra="forbid")
    except ValidationError as error:
        raise _invalid(error) from error
    return Settings(core, {name: getattr(root, name) for name in models})


def _root(
    models: Mapping[str, type[PluginSettings]],
    answers: Mapping[str, object],
    from_file: dict[str, Any],
    options: Mapping[str, object] | None,
    *,
    extra: Literal["forbid", "ignore"],
) -> BaseSettings:
    class Root(BaseSettings):
        model_config = SettingsConfigDict(
            env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", extra=extra, frozen=True
        )

        @classmethod
        @override
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del env_settings, dotenv_settings, file_secret_settings
            return (
                init_settings,
                EnvSettingsSource(settings_cls),
                _GivenSource(settings_cls, dict(answers)),
                _GivenSource(settings_cls, from_file),
            )

    fields: dict[str, Any] = {name: _section_field(model) for name, model in models.items()}
    fields["core"] = (CoreSettings, Field(default_factory=CoreSettings))
    return create_model("Root", __base__=Root, **fields)(**dict(options or {}))


def _section_field(model: type[PluginSettings]) -> tuple[Any, Any]:
    """One plugin that needs settings must not stop the commands that do without it: its section may be absent."""
    if any(field.is_required() for field in model.model_fields.values()):
        return (model | None, None)
    return (model, Field(default_factory=model))


class _GivenSource(PydanticBaseSettingsSource):
    """Values that were read already."""

    def __init__(self, settings_cls: type[BaseSettings], values: dict[str, Any]) -> None:
        super().__init__(settings_cls)
        self._values = values

    @override
    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Return one value, as the library's protocol wants it."""
        del field
        return self._values.get(field_name), field_name, False

    @override
    def __call__(self) -> dict[str, Any]:
        return self._values


def _read(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "settings-unreadable", f"The settings file {file} cannot be read: {error}.", "Check the path of --settings."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            "settings-syntax", f"The settings file {file} is not valid TOML: {error}.", "Mend the line that is named."
        ) from error


def _without(values: dict[str, Any], ignored: frozenset[str]) -> dict[str, Any]:
    return {name: section for name, section in values.items() if name not in ignored}


def _invalid(error: ValidationError) -> InputError:
    problems = "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in error.errors(include_input=False)
    )
    return InputError(
        "settings-invalid", f"The settings are not valid: {problems}.", "See docs/reference/settings.md for all keys."
    )
