"""Finds plugin classes: installed ones by their entry points, others by `--plugin module:attr`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from omt_core.api.plugin import Plugin
from omt_core.plugin_host.inspection import RejectedPluginError, check_class
from omt_core.version import __version__

GROUP: Final = "omt.plugins"
DISTRIBUTION: Final = "online-migration-tool"


class PluginState(StrEnum):
    """Whether a plugin takes part."""

    ACTIVE = "active"
    DISABLED = "disabled"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A plugin that was found. `default`: it comes with the tool. `problem` says why it is not active."""

    name: str
    version: str
    source: str
    default: bool
    state: PluginState
    problem: str = ""
    plugin_class: type[Plugin] | None = None


def find_plugins(*, extra: Sequence[str], disabled: Sequence[str]) -> tuple[Candidate, ...]:
    """Find all plugins, sorted by name. A plugin that is disabled is not even imported.

    `extra` are `module:attr` words; such a plugin is called by the last part of its module. Of two plugins with the
    same name the one that does not come with the tool is broken, and says so with both sources.
    """
    found: dict[str, Candidate] = {}
    for candidate in sorted(_candidates(extra, frozenset(disabled)), key=lambda one: (not one.default, one.source)):
        if candidate.name in found:
            other = found[candidate.name]
            problem = f"the name {candidate.name!r} is that of a plugin from {other.source}"
            found[f"{candidate.name} ({candidate.source})"] = _broken(candidate, problem)
        else:
            found[candidate.name] = candidate
    return tuple(sorted(found.values(), key=lambda one: (one.name, one.source)))


def _candidates(extra: Sequence[str], disabled: frozenset[str]) -> Iterator[Candidate]:
    for entry in entry_points(group=GROUP):
        distribution, version = _distribution(entry)
        yield _candidate(
            entry.name,
            entry.load,
            version=version,
            source=f"{distribution} {version}",
            default=distribution == DISTRIBUTION,
            disabled=entry.name in disabled,
        )
    for words in extra:
        module, _, attribute = words.partition(":")
        name = module.rpartition(".")[2]
        yield _candidate(
            name,
            partial(_attribute, module, attribute),
            version="development",
            source=f"--plugin {words}",
            default=False,
            disabled=name in disabled,
        )


def _candidate(
    name: str, load: Callable[[], object], *, version: str, source: str, default: bool, disabled: bool
) -> Candidate:
    found = Candidate(name=name, version=version, source=source, default=default, state=PluginState.DISABLED)
    if disabled:
        return found
    try:
        plugin_class = check_class(load())
    except RejectedPluginError as error:
        return _broken(found, str(error))
    except Exception as error:  # noqa: BLE001 - a partner's module may raise anything at all while it is imported
        return _broken(found, f"it cannot be imported: {type(error).__name__}: {error}")
    return Candidate(
        name=name,
        version=version,
        source=source,
        default=default,
        state=PluginState.ACTIVE,
        plugin_class=plugin_class,
    )


def _attribute(module: str, attribute: str) -> object:
    return getattr(importlib.import_module(module), attribute)


def _broken(candidate: Candidate, problem: str) -> Candidate:
    return Candidate(
        name=candidate.name,
        version=candidate.version,
        source=candidate.source,
        default=candidate.default,
        state=PluginState.BROKEN,
        problem=problem,
    )


def _distribution(entry: EntryPoint) -> tuple[str, str]:
    if entry.dist is None:
        return DISTRIBUTION, __version__
    return entry.dist.name, entry.dist.version
