"""The composition root: the only place that puts settings, plugins and engine together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from omt_core.answers.errors import ERROR_CODES as ANSWERS_ERRORS
from omt_core.api.errors import ErrorCode, InputError, OmtError
from omt_core.api.plugin import PluginSettings
from omt_core.api.sentence import sentence
from omt_core.engine.errors import ERROR_CODES as ENGINE_ERRORS
from omt_core.engine.findings import CORE_CODES
from omt_core.engine.session import Engine
from omt_core.engine.workspace import data_folder
from omt_core.journal.errors import ERROR_CODES as JOURNAL_ERRORS
from omt_core.logs import LOG_NOT_WRITABLE
from omt_core.plugin_host import Dispatch, EventHub, PluginHost, find_plugins
from omt_core.plugin_host.errors import PLUGIN_UNKNOWN
from omt_core.plugin_host.unpacked import top_of_the_zip
from omt_core.settings import ERROR_CODES as SETTINGS_ERRORS
from omt_core.settings import Settings, load_core_settings, load_settings

if TYPE_CHECKING:  # of use where the tool was unpacked from the zip
    from omt_core.plugin_host.wheel_folder import WheelFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A process of the tool, put together. `wheels`: None where plugins are installed and not put into a folder."""

    settings: Settings
    host: PluginHost
    engine: Engine
    wheels: WheelFolder | None


def compose(
    *,
    plugins: Sequence[str] = (),
    disabled: Sequence[str] = (),
    settings_file: Path | None = None,
    answers: Mapping[str, Mapping[str, object]] | None = None,
    answers_folder: Path | None = None,
    options: Mapping[str, object] | None = None,
    reserved_commands: Sequence[str] = (),
    error_codes: Sequence[ErrorCode[OmtError]] = (),
) -> Application:
    """Load plugins and settings and wire them.

    `reserved_commands` and `error_codes` are those of the front ends. `plugins` are `module:attr` words, `answers` what
    the answers file says of settings, in which relative paths start in `answers_folder`. Raises `InputError` for
    settings that are not valid, and for a name in `disabled` or in the setting `core.replace` that is no plugin's; a
    plugin that is broken is no error here, the host knows it.
    """
    replaced = load_core_settings(file=settings_file, options=options).replace
    wheels = _wheel_folder()
    unusable = () if wheels is None else wheels.use(disabled)
    candidates = (*find_plugins(extra=plugins, disabled=disabled, replaced=replaced), *unusable)
    names = {candidate.name for candidate in candidates}
    defaults = {candidate.name for candidate in candidates if candidate.default}
    if unknown := set(disabled) - names:
        message = sentence("There is no plugin {names} to disable.", names=_quoted(unknown))
        raise _unknown(message, "--disable-plugin", names)
    if unknown := set(replaced) - defaults:
        message = sentence("There is no plugin {names} of the tool's own to replace.", names=_quoted(unknown))
        raise _unknown(message, "core.replace", defaults)
    if unknown := set(replaced.values()) - (names - defaults):
        message = sentence("There is no plugin {names} to take a place.", names=_quoted(unknown))
        raise _unknown(message, "core.replace", names - defaults)
    models: dict[str, type[PluginSettings]] = {
        candidate.name: candidate.plugin_class.settings_model
        for candidate in candidates
        if candidate.plugin_class is not None
    }
    settings = load_settings(
        models,
        file=settings_file,
        answers=answers,
        answers_folder=answers_folder,
        options=options,
        # A rejected twin has the name of the plugin that takes part: that one's section stays.
        ignored=frozenset(candidate.name for candidate in candidates) - models.keys(),
    )
    own_errors = (*ANSWERS_ERRORS, *ENGINE_ERRORS, *JOURNAL_ERRORS, *SETTINGS_ERRORS, LOG_NOT_WRITABLE)
    host = PluginHost(
        candidates,
        settings.section,
        reserved_commands=reserved_commands,
        core_codes=CORE_CODES,
        core_errors=(*own_errors, *error_codes),
    )
    events = EventHub()
    dispatch = Dispatch(host, settings.core.holders, events, seconds=settings.core.hook_timeout)
    engine = Engine(
        host=host,
        dispatch=dispatch,
        events=events,
        settle_seconds=settings.core.settle_seconds,
        snapshots=settings.core.snapshots,
        agreement_url=settings.core.agreement_url,
    )
    return Application(settings=settings, host=host, engine=engine, wheels=wheels)


def _wheel_folder() -> WheelFolder | None:
    """Return the folder of wheels beside the tool; None where the tool was installed otherwise, by pip, pipx or uv."""
    if top_of_the_zip() is None:
        return None
    from omt_core.plugin_host.wheel_folder import WheelFolder  # noqa: PLC0415 - it reads versions and requirements

    return WheelFolder.of_this_installation(data_folder())


def _quoted(names: Collection[str]) -> str:
    return ", ".join(map(repr, sorted(names)))


def _unknown(message: str, place: str, known: Collection[str]) -> InputError:
    return PLUGIN_UNKNOWN.error(
        message,
        remedy=sentence("Correct {place}. Plugins: {known}.", place=place, known=", ".join(sorted(known)))
        if known
        else sentence("Correct {place}. There are no plugins.", place=place),
    )
