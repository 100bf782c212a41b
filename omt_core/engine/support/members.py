"""The members of a support bundle, before redaction: built of numbers, codes and versions, not of what people wrote."""

from __future__ import annotations

import platform
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from pydantic import BaseModel

from omt_core.api.errors import InputError
from omt_core.api.findings import Finding
from omt_core.api.machine import MachineCheck
from omt_core.api.plugin import PluginSettings
from omt_core.engine.session import Engine
from omt_core.plugin_host import PluginState
from omt_core.settings import Settings
from omt_core.version import __version__

_DISTRIBUTION: Final = "online-migration-tool"
_LOG_BYTES: Final = 2_000_000
"""How much of each log goes into a bundle, of its end."""


def versions(engine: Engine) -> Mapping[str, Any]:
    """Return what runs here: the tool, its plugins and who holds which role, Python, the system, the libraries."""
    return {
        "omt": __version__,
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "plugins": [
            {"name": one.name, "version": one.version, "state": one.state.value, "problem": one.problem}
            for one in engine.host.plugins
        ],
        "roles": [{"role": role, "plugin": plugin} for role, plugin in engine.dispatch.holders.items()],
        "libraries": [{"name": name, "version": number} for name, number in sorted(_libraries())],
    }


def _libraries() -> Iterator[tuple[str, str]]:
    try:
        needed = [Requirement(line) for line in requires(_DISTRIBUTION) or ()]
    except PackageNotFoundError:
        return
    for one in needed:
        if one.marker is None or one.marker.evaluate({"extra": ""}):
            try:
                yield one.name, version(one.name)
            except PackageNotFoundError:
                yield one.name, "not there"


def settings_shown(settings: Settings, engine: Engine) -> Iterable[Mapping[str, Any]]:
    """Return every setting that has a value: a number or a choice as it is, of any other that it is set."""
    yield from _section("core", settings.core)
    for section, values in _sections(settings, engine):
        yield from _section(section, values)


def setting_texts(settings: Settings, engine: Engine) -> Iterator[str]:
    """Return the texts and folders that were set, whatever they are."""
    for _, values in (("core", settings.core), *_sections(settings, engine)):
        for _, value, is_default in _values(values):
            if not is_default:
                yield from _texts(value)


def _sections(settings: Settings, engine: Engine) -> Iterator[tuple[str, PluginSettings]]:
    for plugin in engine.host.plugins:
        if plugin.state is PluginState.ACTIVE:
            try:
                yield plugin.name, settings.section(plugin.name)
            except (InputError, KeyError):
                continue


def _section(name: str, values: BaseModel) -> Iterator[Mapping[str, Any]]:
    for key, value, is_default in _values(values):
        if isinstance(value, bool | int | float | Enum) or value is None:
            shown = value.value if isinstance(value, Enum) else value
        else:
            shown = "(default)" if is_default else "(set)"
        yield {"section": name, "key": key, "value": shown, "default": is_default}


def _values(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, object, bool]]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _values(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value, value == field.get_default(call_default_factory=True, validated_data={})


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str | Path):
        yield str(value)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(value, list | tuple | frozenset | set):
        for one in value:
            yield from _texts(one)


def machine(lines: Iterable[MachineCheck]) -> list[Mapping[str, Any]]:
    """Return what `omt doctor` says."""
    return [
        {"name": one.name, "state": one.state.value, "plugin": one.plugin, "message": one.message, "remedy": one.remedy}
        for one in lines
    ]


def findings_counted(findings: Iterable[Finding], run: int | None) -> list[Mapping[str, Any]]:
    """Return the findings by code, how many there are of each and about how many subjects; none of their words.

    `run` is the number of the run that had them, None of a session that is open.
    """
    found, subjects = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for one in findings:
        place = (one.code, one.severity.value, one.plugin)
        found[place] += 1
        subjects[place] += len(one.subjects)
    return [
        {"code": code, "severity": severity, "plugin": plugin, "findings": count,
         "subjects": subjects[code, severity, plugin], "run": run}
        for (code, severity, plugin), count in sorted(found.items())
    ]  # fmt: skip


def log_tail(path: Path) -> str:
    """Return the end of a log, from the beginning of a line on; nothing where it cannot be read. Blocking."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _LOG_BYTES))
            content = file.read()
    except OSError:
        return ""
    return (content if size <= _LOG_BYTES else content.partition(b"\n")[2]).decode("utf-8", "replace")
