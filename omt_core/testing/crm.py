"""A simulated CRM for tests: built, found and opened by whatever plugins are installed to do that."""

from __future__ import annotations

import argparse
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypedDict

import anyio
from typing_extensions import Unpack, override

from omt_core.api import (
    Command,
    CommandContext,
    CommandSite,
    Event,
    Installation,
    Item,
    Licence,
    ManualAnswers,
    NearReader,
    Plugin,
    PluginSettings,
    calls,
)
from omt_core.api.hook import RoleSettings
from omt_core.plugin_host import Dispatch, EventHub, PluginHost, PluginState, find_plugins, upload_stages
from omt_core.plugin_host.manager import GROUP
from omt_core.testing.recording import RecordingContext
from omt_core.testing.sample_calls import SampleCalls

SIMULATOR: Final = "simulator"
DISCOVERY: Final = "discovery"
DATABASE: Final = "database"
BUILDERS: Final = frozenset({SIMULATOR, DISCOVERY, DATABASE})
"""Names of the plugins that build, find and open a simulated CRM. They enter by their entry points, as in a run."""

_HOOK_SECONDS: Final = 300.0


class CrmNotAvailableError(RuntimeError):
    """No simulated CRM can be had here; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCrm:
    """An open simulated CRM. `truth` is what truth.json says is in it; `calls` makes the hooks' records about it."""

    directory: Path
    truth: Mapping[str, Any]
    installation: Installation
    licence: Licence
    calls: SampleCalls


class BuildOptions(TypedDict, total=False):
    """What to build. `plants` maps slugs of `omt simulate --plant` to how often each is wanted."""

    users: int
    documents: int
    seed: int
    plants: Mapping[str, int]


async def build_crm(directory: Path, **wanted: Unpack[BuildOptions]) -> Path:
    """Build a simulated installation in `directory`, which must be empty, and return it.

    8 users and 20 documents unless other sizes are wanted. The same options build the same bytes.
    """
    options: BuildOptions = {"users": 8, "documents": 20, "seed": 1, **wanted}
    command = _simulate(_builders())
    parser = argparse.ArgumentParser(prog="omt simulate", allow_abbrev=False)
    command.configure(parser)
    words = [str(directory)]
    for name in ("users", "documents", "seed"):
        words += [f"--{name}", str(options[name])]
    for slug, count in options.get("plants", {}).items():
        words += ["--plant", f"{slug}={count}"]
    await command.run(_SilentCommand(directory), parser.parse_args(words))
    return directory


@asynccontextmanager
async def open_crm(directory: Path) -> AsyncIterator[SimulatedCrm]:
    """Find, open and read a simulated installation as a run would; it is closed at the end."""
    dispatch, run = _dispatch(), RecordingContext()
    answers = ManualAnswers(root=directory / "machine")
    found = await dispatch.every(
        Plugin.discover_installations, calls.DiscoverInstallations(answers=answers, run=run), only=DISCOVERY
    )
    complete = [discovery.installation for discovery in found.values if not discovery.needs]
    if not complete:
        raise CrmNotAvailableError(f"There is no simulated installation in {directory}.")
    installation = complete[0]
    database = await dispatch.one(
        Plugin.open_source_database, calls.OpenSourceDatabase(installation=installation, run=run)
    )
    try:
        licence = await dispatch.one(Plugin.read_licence, calls.ReadLicence(database=database, run=run))
        users = tuple(await dispatch.one(Plugin.read_users, calls.ReadUsers(database=database, run=run)))
        yield SimulatedCrm(
            directory=directory,
            truth=json.loads((directory / "truth.json").read_text(encoding="utf-8")),
            installation=installation,
            licence=licence,
            calls=SampleCalls(users=users, database=database, installation=installation, licence=licence, run=run),
        )
    finally:
        await database.aclose()


async def export_database(
    directory: Path, workspace: Path, settings: Mapping[str, object] = MappingProxyType({})
) -> Sequence[tuple[Item, bytes]]:
    """Export the database of a simulated installation as a run would: its parts in the order of keys, and their bytes.

    `workspace` is where the parts are spooled, `settings` the section of the plugin that exports. For small databases:
    all of it is in memory.
    """
    parts: list[tuple[Item, bytes]] = []
    async with open_crm(directory) as crm, crm.calls.database.snapshot() as snapshot:
        call = calls.ContributeUploadStages(
            installation=crm.installation,
            database=crm.calls.database,
            workspace=workspace,
            snapshot=snapshot,
            run=crm.calls.run,
        )
        for stage in await upload_stages(_dispatch(settings), call):
            async for batch in stage.items():
                parts += [(item, await anyio.Path(item.path).read_bytes()) for item in batch if item.path is not None]
    return sorted(parts, key=lambda part: part[0].key)


def _dispatch(settings: Mapping[str, object] = MappingProxyType({})) -> Dispatch:
    return Dispatch(_builders(settings), RoleSettings(), EventHub(), seconds=_HOOK_SECONDS)


def _builders(settings: Mapping[str, object] = MappingProxyType({})) -> PluginHost:
    others = [entry.name for entry in entry_points(group=GROUP) if entry.name not in BUILDERS]
    candidates = find_plugins(extra=(), disabled=others)
    models: dict[str, type[PluginSettings]] = {
        candidate.name: candidate.plugin_class.settings_model
        for candidate in candidates
        if candidate.plugin_class is not None
    }
    host = PluginHost(candidates, lambda name: models[name].model_validate(settings if name == DATABASE else {}))
    states = {plugin.name: plugin for plugin in host.plugins}
    for name in sorted(BUILDERS):
        plugin = states.get(name)
        if plugin is None or plugin.state is not PluginState.ACTIVE:
            why = "is not installed" if plugin is None else f"is {plugin.state.value}: {plugin.problem}"
            raise CrmNotAvailableError(f"A simulated CRM needs the plugin {name!r}, which {why}.")
    return host


def _simulate(host: PluginHost) -> Command:
    for command in host.commands:
        if command.name == "simulate":
            return command
    raise CrmNotAvailableError(f"The plugin {SIMULATOR!r} brings no command `simulate`.")


class _SilentCommand(CommandContext):
    """A command's surroundings in which nobody listens."""

    def __init__(self, data_folder: Path) -> None:
        self._data_folder = data_folder

    @property
    @override
    def self_command(self) -> tuple[str, ...]:
        return ()

    @property
    @override
    def json(self) -> bool:
        return False

    @property
    @override
    def data_folder(self) -> Path:
        return self._data_folder

    @property
    @override
    def answers(self) -> Mapping[str, Any]:
        return {}

    @override
    def site(self) -> AbstractAsyncContextManager[CommandSite]:
        raise CrmNotAvailableError("It is being built.")

    @override
    def near_readers(self) -> AbstractAsyncContextManager[Sequence[NearReader]]:
        raise CrmNotAvailableError("It is being built.")

    @override
    def emit(self, event: Event) -> None:
        del event

    @override
    def print(self, text: str = "") -> None:
        del text

    @override
    def print_line(self, text: str) -> None:
        del text

    @override
    async def written(self) -> None:
        """Nothing is printed."""

    @override
    def finish(self, exit_code: int, **fields: object) -> int:
        del fields
        return exit_code
