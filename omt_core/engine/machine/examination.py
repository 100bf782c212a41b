"""Asks the core and all plugins how this machine stands for a night, all at the same time, each for so long at most.

Nothing is changed, nobody is logged on, and neither an installation nor a tenant need be known: what could not be
looked at is a line that says why. A plugin that fails is a line that names it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import anyio

from omt_core.api.calls import ExamineMachine
from omt_core.api.decisions import MigrationKind
from omt_core.api.errors import InputError, OmtError
from omt_core.api.files import temporary_folder
from omt_core.api.findings import Finding
from omt_core.api.installation import Installation, ManualAnswers
from omt_core.api.machine import LOOK_SECONDS, MachineCheck, MachineState, looked_at
from omt_core.api.plugin import Plugin
from omt_core.api.redaction import SECRETS
from omt_core.api.reporting import EstimateRecord
from omt_core.api.sentence import sentence
from omt_core.engine.machine import lines
from omt_core.engine.machine.windows import Windows, this_windows
from omt_core.engine.opening import choose_installation
from omt_core.engine.session import Engine, Surroundings
from omt_core.engine.upload.timings import kept_estimate
from omt_core.engine.workspace import JOURNAL_FILE, data_folder, existing
from omt_core.journal import Journal, copy_journal
from omt_core.plugin_host.faults import described

T = TypeVar("T")

PLUGIN_SECONDS: Final = 30.0
"""So long a plugin may look at the machine, an installation is looked for, and a journal is copied."""

_REPORT: Final = sentence("Send the log to the plugin's author: what it would have looked at was not looked at.")

_CARE: Final = {
    state: place
    for place, state in enumerate((MachineState.ERROR, MachineState.WARNING, MachineState.NOT_CHECKED, MachineState.OK))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminationRequest:
    """For which migration a machine is examined. Without `workspace` it is the one that is there, if there is one."""

    answers: ManualAnswers
    workspace: Path | None
    kind: MigrationKind = MigrationKind.LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found: all lines, those that need care first, and the findings about plugins that failed."""

    lines: tuple[MachineCheck, ...]
    faults: tuple[Finding, ...]

    @property
    def worst(self) -> MachineState:
        """The state that needs most care."""
        return min((line.state for line in self.lines), key=_CARE.__getitem__, default=MachineState.OK)


async def examine(engine: Engine, request: ExaminationRequest, windows: Windows | None = None) -> Examination:
    """Ask everybody and return what they say. `windows` stands in for this machine's, in tests."""
    one = _Machine(
        engine=replace(engine, dispatch=engine.dispatch.within(PLUGIN_SECONDS)),
        # What does not answer here does not answer its own look either, whose line says so.
        folder=await _answer("workspace", partial(_workspace, request.workspace), LOOK_SECONDS)
        or _place_of_workspaces(),
        windows=this_windows() if windows is None else windows,
    )
    async with anyio.create_task_group() as group:
        for name, look in one.own_looks().items():
            group.start_soon(one.look, name, look)
        group.start_soon(one.ask_plugins, request)
    await one.look("disk", partial(lines.disk, one.folder, tuple(one.found)))
    told = [replace(line, message=SECRETS.hide(line.message), remedy=SECRETS.hide(line.remedy)) for line in one.found]
    return Examination(
        lines=tuple(sorted(told, key=lambda line: (_CARE[line.state], line.name, line.plugin, line.message))),
        faults=tuple(one.faults),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Machine:
    """One examination: whom it asks, and what it heard so far."""

    engine: Engine
    folder: Path
    windows: Windows | None
    found: list[MachineCheck] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)

    def own_looks(self) -> Mapping[str, Callable[[], Iterable[MachineCheck]]]:
        """Return what the core looks at whatever the installation is."""
        return {
            "python": lines.python,
            "plugins": partial(lines.plugins, self.engine.host),
            "workspace": partial(lines.workspace, self.folder, self.windows),
            "long-paths": partial(lines.long_paths, self.windows),
            "sleep": partial(lines.sleep, self.windows),
            "sessions": lines.sessions,
        }

    async def look(self, name: str, look: Callable[[], Iterable[MachineCheck]]) -> None:
        """Take the lines of the core's own; what it fails at is a line too."""
        try:
            self.found.extend(await looked_at(name, look))
        except Exception as error:  # noqa: BLE001 - whatever a system answers, the other lines are told
            message = sentence(
                "The system did not tell about {name}: {described}.", name=name, described=described(error)
            )
            self.found.append(lines.line(name, MachineState.NOT_CHECKED, message))

    async def ask_plugins(self, request: ExaminationRequest) -> None:
        """Find the installation, and ask about all that may belong to it."""
        installation, why_not = await self._installation(request.answers)
        self.found.extend(lines.known_installation(installation, why_not))
        call = ExamineMachine(
            installation=installation,
            workspace=self.folder,
            kind=request.kind,
            roles=self.engine.dispatch.holders,
            run=Surroundings(self.engine.events),
            estimate=await _estimate(self.folder),
        )
        async with anyio.create_task_group() as group:
            for plugin in self.engine.dispatch.implementers(Plugin.examine_machine):
                group.start_soon(self._ask, plugin, call)
            group.start_soon(self.look, "mapped-drives", partial(lines.drives, installation, self.windows))
            scanner = partial(lines.scanner, installation, self.folder, self.windows)
            group.start_soon(self.look, "virus-scanner", scanner)

    async def _ask(self, plugin: str, call: ExamineMachine) -> None:
        try:
            answers = await self.engine.dispatch.every(Plugin.examine_machine, call, only=plugin)
        except OmtError as error:  # about the world outside, in the plugin's own words
            self.found.append(_failed(plugin, error.message, error.remedy))
            return
        self.found.extend(answers.values)
        self.faults.extend(answers.faults)
        self.found.extend(_failed(plugin, fault.message, _REPORT) for fault in answers.faults)

    async def _installation(self, answers: ManualAnswers) -> tuple[Installation | None, str]:
        """Return the installation, or why none is known."""
        try:
            return (await choose_installation(self.engine, answers)).installation, ""
        except OmtError as error:
            return None, error.message


def _failed(plugin: str, message: str, remedy: str) -> MachineCheck:
    return MachineCheck(name="plugin", state=MachineState.ERROR, message=message, remedy=remedy, plugin=plugin)


def _workspace(given: Path | None) -> Path:
    """Return the workspace that was named, else the one that is there, else the folder where one will be made."""
    with suppress(InputError):
        return existing(None) if given is None else given
    return _place_of_workspaces()


def _place_of_workspaces() -> Path:
    return data_folder() / "migrations"


async def _answer(name: str, ask: Callable[[], T], seconds: float) -> T | None:
    """Return what `ask`, which may block, answers; None where it takes too long, as it does of a share that is gone."""
    answers: list[T] = []

    def look() -> Iterable[MachineCheck]:
        answers.append(ask())
        return ()

    late = await looked_at(name, look, seconds=seconds)
    return None if late else answers[0]


async def _estimate(folder: Path) -> EstimateRecord | None:
    """Return the estimate that a workspace keeps, read from a copy of its journal; None where it cannot be read."""
    with temporary_folder() as temporary:
        copy = temporary / JOURNAL_FILE

        def fetch() -> bool:
            if not (folder / JOURNAL_FILE).is_file():
                return False
            copy_journal(folder / JOURNAL_FILE, copy)
            return True

        try:
            if not await _answer("estimate", fetch, PLUGIN_SECONDS):
                return None
            async with Journal.open(copy) as journal:
                return await kept_estimate(journal)
        except (OmtError, OSError, sqlite3.Error):
            return None
