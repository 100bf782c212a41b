"""Settings: one section `core` and one per plugin, from four places of growing weight.

Settings file (TOML), answers file (its section `online`, for the plugin that holds that role, and `plugins.NAME`, for
any), environment (`OMT_` and `__` between levels, so that `OMT_ONLINE__URL` is `online.url`), options of the command
line. A relative path starts in the folder of the file that it stands in, else in the current one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings.exceptions import SettingsError
from typing_extensions import override

from omt_core.api.drives import refuse_missing
from omt_core.api.errors import ErrorCode, InputError
from omt_core.api.hook import Role, RoleSettings
from omt_core.api.plugin import PluginSettings
from omt_core.api.redaction import SECRETS
from omt_core.api.sentence import joined, sentence
from omt_core.given_values import OF_A_PLUGIN, problems, read_toml, texts_in

ENVIRONMENT_PREFIX: Final = "OMT_"
_SECTION: Final = re.compile(r'field "([^"]+)"')
"""Where the library names a section whose variable it cannot parse; it has the name in its text alone."""


SETTINGS_INVALID: Final = ErrorCode(
    code="settings-invalid",
    kind=InputError,
    meaning="The settings are not valid.",
    remedy="`omt help settings` has all keys.",
)
SETTINGS_MISSING: Final = ErrorCode(
    code="settings-missing",
    kind=InputError,
    meaning="A section of the settings lacks a value that has no default.",
    remedy="Give it in the settings file, or disable the plugin.",
)
SETTINGS_SYNTAX: Final = ErrorCode(
    code="settings-syntax",
    kind=InputError,
    meaning="The settings file is not valid TOML, or a path in it is garbled.",
    remedy="Mend the line that is named.",
)
SETTINGS_UNREADABLE: Final = ErrorCode(
    code="settings-unreadable",
    kind=InputError,
    meaning="The settings file cannot be read.",
    remedy="Check the path of --settings.",
)

ERROR_CODES: Final = (
    SETTINGS_INVALID,
    SETTINGS_MISSING,
    SETTINGS_SYNTAX,
    SETTINGS_UNREADABLE,
)


class WizardSettings(BaseModel):
    """What the wizard can be told."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    idle_minutes: float = Field(
        default=30.0,
        gt=0,
        description="Minutes without a click after which a browser needs a new link. While an upload runs none is.",
    )
    browser: bool = Field(default=True, description="Open the wizard in the browser; the link is printed in any case.")


class CoreSettings(BaseModel):
    """What the core itself can be told."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    workspace: Path | None = Field(default=None, description="Folder of the migration; default: by licence serial.")
    hook_timeout: float = Field(default=300.0, gt=0, description="Seconds that a plugin may take for a short hook.")
    block_seconds: float = Field(
        default=10.0, gt=0, description="Seconds after which a plugin that holds up everything is named."
    )
    settle_seconds: float = Field(
        default=0.0,
        ge=0,
        description="Seconds between freeze and snapshot, so that caches on site notice the freeze (about a minute).",
    )
    snapshots: int = Field(
        default=5,
        ge=1,
        description="How many snapshots of the database an upload takes at most: another one each time that its"
        " connection or its view is lost. It is read anew then, and what is equal is not sent again.",
    )
    agreement_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s<>\"]+$",
        # ND: the vendor publishes no address of the agreement (W15), so there is none unless somebody knows it.
        description="Address of the agreement's text, linked where it is accepted; without one none is.",
        examples=["https://www.example.com/agreement"],
    )
    roles: RoleSettings = Field(default=RoleSettings(), description="Which plugin holds which role.")
    replace: Mapping[str, str] = Field(
        default={},
        description='Default plugins that others take the place of: `{ auth = "directory_login" }`. The default one '
        "takes no part, and the other one holds its roles and may take its commands and finding codes.",
    )
    wizard: WizardSettings = Field(default=WizardSettings(), description="How the wizard is opened and kept.")

    @property
    def holders(self) -> RoleSettings:
        """The plugin that holds each role in the end: one that takes another's place holds its roles."""
        named = self.roles.model_dump()
        return RoleSettings(**{role: self.replace.get(name, name) for role, name in named.items()})


class Settings:
    """All settings of a process, checked."""

    def __init__(self, core: CoreSettings, sections: Mapping[str, PluginSettings | None]) -> None:
        self.core = core
        self._sections = sections

    def section(self, plugin: str) -> PluginSettings:
        """Return a plugin's section. Raises `InputError` `settings-missing` where it lacks a value."""
        section = self._sections[plugin]
        if section is None:
            raise SETTINGS_MISSING.error(
                sentence("The section [{plugin}] of the settings lacks a value that has no default.", plugin=plugin)
            )
        return section


def load_core_settings(*, file: Path | None = None, options: Mapping[str, object] | None = None) -> CoreSettings:
    """Read the section `core` alone, which says what plugins there are to be. Raises as `load_settings` does."""
    return _load({}, dict(options or {}), {}, _read(file), extra="ignore").core


def load_settings(
    models: Mapping[str, type[PluginSettings]],
    *,
    file: Path | None = None,
    answers: Mapping[str, Mapping[str, object]] | None = None,
    answers_folder: Path | None = None,
    options: Mapping[str, object] | None = None,
    ignored: frozenset[str] = frozenset(),
) -> Settings:
    """Read and check the settings of the core and of the plugins in `models` (by plugin name).

    `answers` are the sections that the answers give; `online` is for the plugin that holds the role, `plugins.NAME` for
    any. Relative paths in a file start in its folder, those of the answers in `answers_folder`. Sections of `ignored`
    plugins (disabled or broken ones) may be there and are passed over. Raises `InputError` `settings-invalid` that
    names each wrong key with its dots.
    """
    from_file = {name: section for name, section in _read(file).items() if name not in ignored}
    given = dict(options or {})
    core = _load({}, given, {}, from_file, extra="ignore").core
    holder = core.holders.holder(Role.ONLINE)
    named = _by_plugin(answers or {}, core)
    strangers = named.keys() - models.keys() - ignored - {holder}
    if strangers:
        unknown = [sentence("plugins.{name}: no plugin has this name", name=name) for name in sorted(strangers)]
        raise _invalid(joined(unknown, "; "))
    from_answers = {name: section for name, section in named.items() if name in models}
    sections: dict[str, type[BaseModel]] = {"core": CoreSettings, **models}
    root = _load(
        models,
        given,
        _placed(from_answers, sections, answers_folder),
        _placed(from_file, sections, None if file is None else file.absolute().parent),
        extra="forbid",
    )
    for text in texts_in(root.model_dump(mode="json")):
        SECRETS.add_within(text)
    return Settings(root.core, {name: getattr(root, name) for name in models})


def _by_plugin(answers: Mapping[str, Mapping[str, object]], core: CoreSettings) -> dict[str, dict[str, object]]:
    """Put the sections of the answers together that are for one plugin. Raises `InputError` for a key given twice.

    Two can be: `online` and that of the role's holder, and those of a plugin that is replaced and of its successor.
    """
    named: dict[str, dict[str, object]] = {}
    places: dict[tuple[str, str], str] = {}
    for section, values in answers.items():
        name = section.removeprefix(OF_A_PLUGIN)
        plugin = core.holders.holder(Role.ONLINE) if section == Role.ONLINE else core.replace.get(name, name)
        for key in values:
            other = places.setdefault((plugin, key), section)
            if other != section:
                raise _invalid(
                    sentence(
                        "{section}.{key}: given as {other}.{key} too, and both are for the plugin {plugin}",
                        section=section,
                        key=key,
                        other=other,
                        plugin=repr(plugin),
                    )
                )
        named.setdefault(plugin, {}).update(values)
    return named


class _Root(BaseSettings):
    """What all sections together make; the plugins' are added for each process."""

    core: CoreSettings = Field(default_factory=CoreSettings)


def _load(
    models: Mapping[str, type[PluginSettings]],
    options: dict[str, Any],
    from_answers: dict[str, Any],
    from_file: dict[str, Any],
    *,
    extra: Literal["ignore", "forbid"],
) -> _Root:
    class Root(_Root):
        model_config = SettingsConfigDict(
            env_prefix=ENVIRONMENT_PREFIX,
            env_nested_delimiter="__",
            extra=extra,
            frozen=True,
            hide_input_in_errors=True,
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
                InitSettingsSource(settings_cls, _moved(EnvSettingsSource(settings_cls)(), models)),
                InitSettingsSource(settings_cls, _moved(from_answers, models)),
                InitSettingsSource(settings_cls, _moved(from_file, models)),
            )

    fields: dict[str, Any] = {name: _section_field(model) for name, model in models.items()}
    model = create_model("Root", __base__=Root, **fields)
    try:
        return model(**options)
    except ValidationError as error:
        raise _invalid(problems(error, model)) from None
    except SettingsError as error:
        section = _SECTION.search(str(error))
        name = "" if section is None else section[1]
        raise _invalid(
            sentence(
                "{name}: a variable of the environment, {variable} or one that begins so, is not written as JSON, as a"
                " list or a table must be",
                name=name,
                variable=f"{ENVIRONMENT_PREFIX}{name.upper()}",
            )
        ) from None


def _moved(values: Mapping[str, Any], models: Mapping[str, type[PluginSettings]]) -> dict[str, Any]:
    """Read what stands where a section stood in an earlier version as that section; what stands there anew weighs more.

    Else a person's settings file would be refused by the next version for no fault of theirs.
    """
    moved = dict(values)
    for name, model in models.items():
        match model.formerly:
            case (section, key) if isinstance(moved.get(section), Mapping) and isinstance(
                former := moved[section].get(key), Mapping
            ):
                moved[section] = {other: value for other, value in moved[section].items() if other != key}
                moved[name] = {**former, **moved.get(name, {})}
            case _:
                pass
    return moved


def _placed(values: Mapping[str, Any], models: Mapping[str, type[BaseModel]], folder: Path | None) -> dict[str, Any]:
    """Make the relative paths of all sections start in a folder: that of the file that they stand in."""
    if folder is None:
        return dict(values)
    return {name: _at(value, models[name], folder) if name in models else value for name, value in values.items()}


def _at(value: Any, annotation: Any, folder: Path) -> Any:  # noqa: ANN401 - whatever a file says of whatever type
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _at(value, arguments[0], folder)
    if origin in {Union, UnionType}:
        is_text = isinstance(value, str) and str in arguments
        return value if is_text else reduce(lambda one, kind: _at(one, kind, folder), arguments, value)
    if annotation is Path and isinstance(value, str) and value:
        return str(folder / value)
    if isinstance(value, list) and arguments:
        return [_at(one, arguments[0], folder) for one in value]
    if isinstance(value, Mapping):
        fields: Mapping[str, FieldInfo] = getattr(annotation, "__pydantic_fields__", {})
        of_values = arguments[-1] if arguments else None
        kinds: Mapping[str, Any] = {name: field.annotation for name, field in fields.items()}
        return {key: _at(one, kinds.get(key, of_values), folder) for key, one in value.items()}
    return value


def _section_field(model: type[PluginSettings]) -> tuple[Any, Any]:
    """One plugin that needs settings must not stop the commands that do without it: its section may be absent."""
    if any(field.is_required() for field in model.model_fields.values()):
        return (model | None, None)
    return (model, Field(default_factory=model))


def _read(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        content = file.read_bytes()
    except OSError as error:
        refuse_missing(file)
        raise SETTINGS_UNREADABLE.error(
            sentence("The settings file {file} cannot be read: {reason}.", file=file, reason=error.strerror or error)
        ) from None
    return read_toml(content, SETTINGS_SYNTAX, sentence("The settings file {file}", file=file))


def _invalid(what: str) -> InputError:
    return SETTINGS_INVALID.error(sentence("The settings are not valid: {what}.", what=what))
