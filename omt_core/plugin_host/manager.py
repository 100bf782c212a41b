"""Finds plugin classes, inspects them before they are registered, and holds those that take part.

Installed plugins are found by their entry points, others by `--plugin module:attr`. What a plugin class must look like
is checked before it is registered, so that a bad one never takes part; the host knows of each that does not why.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from typing import Final, TypeVar

import pluggy

from omt_core.api.commands import Command
from omt_core.api.errors import API_ERROR_CODES, ErrorCode, OmtError
from omt_core.api.findings import WAIVER_PREFIX, Finding, FindingCode
from omt_core.api.hook import PROJECT, Hook
from omt_core.api.plugin import HOOKS, Plugin, PluginSettings
from omt_core.api.sentence import Sentence, sentence
from omt_core.plugin_host.errors import HOST_ERROR_CODES
from omt_core.plugin_host.faults import described
from omt_core.plugin_host.findings import CORE, HOST_CODES, PLUGIN_NOT_ACTIVE
from omt_core.plugin_host.fit import misfit
from omt_core.version import __version__

GROUP: Final = "omt.plugins"
DISTRIBUTION: Final = "online-migration-tool"
_MODULE: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")

T = TypeVar("T")


class PluginState(StrEnum):
    """Whether a plugin takes part."""

    ACTIVE = "active"
    DISABLED = "disabled"
    REPLACED = "replaced"
    """A default plugin whose place another takes, as the setting `core.replace` says."""
    BROKEN = "broken"


class RejectedPluginError(Exception):
    """A plugin cannot be used; the text says why, for its author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A plugin that was found. `default`: it comes with the tool. `problem` says why it is not active.

    `successor`: the plugin that takes its place, of one that is replaced.
    """

    name: str
    version: str
    source: str
    default: bool
    state: PluginState
    problem: str = ""
    successor: str = ""
    plugin_class: type[Plugin] | None = None


def find_plugins(
    *, extra: Sequence[str], disabled: Sequence[str], replaced: Mapping[str, str] | None = None
) -> tuple[Candidate, ...]:
    """Find all plugins, sorted by name. A plugin that is disabled or replaced is not even imported.

    `replaced` names default plugins, each with the one that takes its place, whether that one works or not: nobody
    who asked for another login shall get the tool's own because it is broken. `extra` are `module:attr` words; such a
    plugin is called by the last part of its module. Of two plugins with the same name the one that does not come with
    the tool is broken, and says so with both sources.
    """
    found: dict[str, Candidate] = {}
    for candidate in sorted(
        _candidates(extra, frozenset(disabled), replaced or {}), key=lambda one: (not one.default, one.source)
    ):
        if candidate.name in found:
            other = found[candidate.name]
            problem = sentence(
                "the name {name} is that of a plugin from {source}", name=repr(candidate.name), source=other.source
            )
            found[f"{candidate.name} ({candidate.source})"] = _broken(candidate, problem)
        else:
            found[candidate.name] = candidate
    return tuple(sorted(found.values(), key=lambda one: (one.name, one.source)))


def _not_active(plugin: Candidate) -> Sentence:
    known = {"plugin": plugin.name, "source": plugin.source, "problem": plugin.problem}
    if plugin.state is PluginState.DISABLED:
        return sentence("The plugin '{plugin}' ({source}) is disabled.", **known)
    if plugin.state is PluginState.REPLACED:
        return sentence("The plugin '{plugin}' ({source}) is replaced: {problem}, and takes no part.", **known)
    return sentence("The plugin '{plugin}' ({source}) is broken: {problem}.", **known)


def _candidates(extra: Sequence[str], disabled: frozenset[str], replaced: Mapping[str, str]) -> Iterator[Candidate]:
    distributions: dict[Distribution | None, tuple[str, str]] = {}
    for entry in entry_points(group=GROUP):
        if entry.dist not in distributions:  # to be asked reads its whole description, each time
            distributions[entry.dist] = _distribution(entry)
        distribution, version = distributions[entry.dist]
        source, default = f"{distribution} {version}", distribution == DISTRIBUTION
        if default and entry.name in replaced:
            yield Candidate(
                name=entry.name,
                version=version,
                source=source,
                default=True,
                state=PluginState.REPLACED,
                problem=sentence("'{plugin}' takes its place", plugin=replaced[entry.name]),
                successor=replaced[entry.name],
            )
            continue
        yield _candidate(
            entry.name,
            entry.load,
            version=version,
            source=source,
            default=default,
            disabled=entry.name in disabled,
        )
    for words in extra:
        module, _, attribute = words.partition(":")
        name = module.rpartition(".")[2]
        yield _candidate(
            name,
            partial(_named, words, module, attribute),
            version=sentence("development"),
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
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a partner's module may do anything at all while it is imported
        return _broken(found, sentence("it cannot be imported: {reason}", reason=described(error)))
    return Candidate(
        name=name,
        version=version,
        source=source,
        default=default,
        state=PluginState.ACTIVE,
        plugin_class=plugin_class,
    )


def _named(words: str, module: str, attribute: str) -> object:
    """Import what `--plugin` names, by a module that is installed or lies in the current folder."""
    if not _MODULE.fullmatch(module) or not attribute.isidentifier() or module.endswith(".py"):
        raise RejectedPluginError(
            sentence("{words} is not MODULE:ATTR, such as {example}", words=words, example="my_rules:MyRules")
        )
    here = str(Path.cwd())
    if here not in sys.path:
        # `python -m omt_core` has it by itself. Last, so that no file that happens to lie there is taken for another.
        sys.path.append(here)
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


def check_class(candidate: object) -> type[Plugin]:
    """Return the candidate as a plugin class.

    Raises `RejectedPluginError` for anything but a subclass of `Plugin`, an unknown hook, an override without
    `@hookimpl`, a plain function where a coroutine is specified (or the reverse), another list of parameters, and a
    freeze that nobody could undo.
    """
    if not (inspect.isclass(candidate) and issubclass(candidate, Plugin)):
        raise RejectedPluginError(
            sentence("{candidate} is not a subclass of omt_core.api.Plugin", candidate=repr(candidate))
        )
    manager = pluggy.PluginManager(PROJECT)
    for name in dir(candidate):
        marked = inspect.isfunction(getattr(candidate, name)) and manager.parse_hookimpl_opts(candidate, name)
        if name in HOOKS:
            _check_hook(candidate, name, marked=marked is not None and marked is not False)
        elif marked:
            raise RejectedPluginError(sentence("it implements the unknown hook {name}", name=repr(name)))
    if candidate.freeze is not Plugin.freeze and candidate.thaw is Plugin.thaw:
        raise RejectedPluginError(sentence("it implements 'freeze' without 'thaw', so that nobody could undo it"))
    return candidate


def _check_hook(candidate: type[Plugin], name: str, *, marked: bool) -> None:
    specified, implemented = getattr(Plugin, name), getattr(candidate, name)
    if implemented is specified:
        return
    if not marked:
        raise RejectedPluginError(sentence("it overrides {name} without @hookimpl", name=repr(name)))
    if inspect.iscoroutinefunction(specified) != inspect.iscoroutinefunction(implemented):
        wanted = (
            sentence("a coroutine (async def)")
            if inspect.iscoroutinefunction(specified)
            else sentence("a plain function")
        )
        raise RejectedPluginError(sentence("its {name} must be {wanted}", name=repr(name), wanted=wanted))
    expected = tuple(inspect.signature(specified).parameters)
    found = tuple(inspect.signature(implemented).parameters)
    if expected != found:
        raise RejectedPluginError(
            sentence(
                "its {name} takes ({found}) instead of ({expected})",
                name=repr(name),
                found=", ".join(found),
                expected=", ".join(expected),
            )
        )


def _registered(hook: Hook, answer: Sequence[T]) -> Sequence[T]:
    """Return what a plugin registers, when it is of the hook's types. Raises `RejectedPluginError`."""
    wrong = misfit(answer, hook.answer)
    if wrong is not None:
        raise RejectedPluginError(
            sentence("what its {hook} answers is not what the hook says{misfit}", hook=repr(hook.name), misfit=wrong)
        )
    return answer


@dataclass(frozen=True, slots=True)
class RegisteredError:
    """An error code and who named it, by name: `core`, and plugins, of which several may have one in common."""

    code: ErrorCode[OmtError]
    owners: tuple[str, ...]


class PluginHost:
    """All plugins of this process. `core_codes` are the finding codes that the core reports by itself.

    `core_errors` are the error codes of what is built on this host; its own and those of the public surface it knows.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        settings: Callable[[str], PluginSettings],
        *,
        reserved_commands: Sequence[str] = (),
        core_codes: Sequence[FindingCode] = (),
        core_errors: Sequence[ErrorCode[OmtError]] = (),
    ) -> None:
        """Make and register every active candidate; one whose making or registration fails becomes broken."""
        self.manager = pluggy.PluginManager(PROJECT)
        self.manager.add_hookspecs(Plugin)
        self._commands: dict[str, tuple[str, Command | None]] = dict.fromkeys(reserved_commands, (CORE, None))
        self._codes: dict[str, FindingCode] = {code.code: code for code in (*HOST_CODES, *core_codes)}
        self._errors: dict[str, RegisteredError] = {}
        own = (*API_ERROR_CODES, *HOST_ERROR_CODES, *core_errors)
        self._check_errors(own)
        self._add_errors(CORE, own)
        # Those of the tool come first: a newcomer whose code or command is one of theirs is the one that is refused.
        first = sorted(candidates, key=lambda candidate: not candidate.default)
        active = {id(candidate): self._activate(candidate, settings) for candidate in first}
        self.plugins: tuple[Candidate, ...] = tuple(active[id(candidate)] for candidate in candidates)

    def _activate(self, candidate: Candidate, settings: Callable[[str], PluginSettings]) -> Candidate:
        if candidate.plugin_class is None:
            return candidate
        try:
            plugin = candidate.plugin_class(settings(candidate.name))
            commands = _registered(HOOKS["add_commands"], plugin.add_commands())
            codes = _registered(HOOKS["add_finding_codes"], plugin.add_finding_codes())
            errors = _registered(HOOKS["add_error_codes"], plugin.add_error_codes())
            self._check_clashes(candidate.name, commands, codes)
            self._check_errors(errors)
        except (RejectedPluginError, OmtError) as error:
            return replace(candidate, state=PluginState.BROKEN, problem=str(error), plugin_class=None)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin may do anything at all while it is made
            problem = sentence("it cannot be made: {reason}", reason=described(error))
            return replace(candidate, state=PluginState.BROKEN, problem=problem, plugin_class=None)
        self._commands.update({command.name: (candidate.name, command) for command in commands})
        self._codes.update({code.code: code for code in codes})
        self._add_errors(candidate.name, errors)
        self.manager.register(plugin, name=candidate.name)
        return candidate

    def _check_clashes(self, name: str, commands: Sequence[Command], codes: Sequence[FindingCode]) -> None:
        for command in commands:
            if command.name in self._commands:
                other = self._commands[command.name][0]
                raise RejectedPluginError(
                    sentence(
                        "its command {name} is that of {other} already", name=repr(command.name), other=repr(other)
                    )
                )
        for code in codes:
            if code.plugin != name:
                raise RejectedPluginError(
                    sentence(
                        "its finding code {code} names the plugin {plugin}",
                        code=repr(code.code),
                        plugin=repr(code.plugin),
                    )
                )
            if code.code in self._codes:
                other = self._codes[code.code].plugin
                raise RejectedPluginError(
                    sentence(
                        "its finding code {code} is that of {other} already", code=repr(code.code), other=repr(other)
                    )
                )

    def _check_errors(self, codes: Sequence[ErrorCode[OmtError]]) -> None:
        """Refuse a code that stands for something else already; what libraries raise is named by each who uses them."""
        named: dict[str, ErrorCode[OmtError]] = {}
        for code in codes:
            held = self._errors.get(code.code)
            if held is not None and held.code != code:
                others = " and ".join(map(repr, held.owners))
                raise RejectedPluginError(
                    sentence("its error code {code} is that of {others} already", code=repr(code.code), others=others)
                )
            if named.setdefault(code.code, code) != code:
                raise RejectedPluginError(sentence("it names the error code {code} twice", code=repr(code.code)))

    def _add_errors(self, owner: str, codes: Sequence[ErrorCode[OmtError]]) -> None:
        for code in codes:
            owners = self._errors[code.code].owners if code.code in self._errors else ()
            self._errors[code.code] = RegisteredError(code, tuple(dict.fromkeys((*owners, owner))))

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands that plugins bring, sorted by name."""
        found = [command for _, command in self._commands.values() if command is not None]
        return tuple(sorted(found, key=lambda command: command.name))

    def owner_of(self, command: str) -> str:
        """Return the name of the plugin that brings a command."""
        return self._commands[command][0]

    @property
    def codes(self) -> Mapping[str, FindingCode]:
        """The catalogue of all findings that can be reported in this process."""
        return self._codes

    @property
    def error_codes(self) -> Mapping[str, RegisteredError]:
        """The catalogue of all errors that can be raised in this process."""
        return self._errors

    @property
    def versions(self) -> Mapping[str, str]:
        """Names and versions of the active plugins, for receipt and report."""
        return {plugin.name: plugin.version for plugin in self.plugins if plugin.state is PluginState.ACTIVE}

    def inactive_findings(self) -> tuple[Finding, ...]:
        """Say which plugins that should take part do not: the tool's own, and any that is broken.

        One that is replaced by a plugin that takes no part is missing as if it were disabled; where the other one is
        broken, that says it.
        """
        tried = {one.name for one in self.plugins if one.state in {PluginState.ACTIVE, PluginState.BROKEN}}
        return tuple(
            PLUGIN_NOT_ACTIVE.finding(_not_active(plugin), (f"{WAIVER_PREFIX}{plugin.name}",))
            for plugin in self.plugins
            if plugin.state is PluginState.BROKEN
            or (plugin.default and plugin.state is PluginState.DISABLED)
            or (plugin.state is PluginState.REPLACED and plugin.successor not in tried)
        )
