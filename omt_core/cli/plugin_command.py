"""Runs a command that a plugin brings, and lends it what it asks for: the answers, and the installation opened."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from omt_core.api import calls
from omt_core.api.commands import Command, CommandContext, CommandSite
from omt_core.api.database import SourceDatabase
from omt_core.api.errors import USAGE
from omt_core.api.events import Event
from omt_core.api.files.near import NearReader
from omt_core.api.installation import Installation, Licence, ManualAnswers
from omt_core.api.plugin import Plugin
from omt_core.api.sentence import sentence
from omt_core.api.users import LoginResult
from omt_core.app import Application
from omt_core.cli.console import Console
from omt_core.engine.opening import choose_installation, near_readers, open_database
from omt_core.engine.session import Engine, Surroundings
from omt_core.plugin_host.call_view import ReadOnlyDatabase
from omt_core.plugin_host.faults import blaming, wrong_answer

if TYPE_CHECKING:
    from omt_core.answers.file import Answers


async def run_plugin_command(
    app: Application, command: Command, console: Console, answers: Answers | None, parsed: argparse.Namespace
) -> int:
    """Run the command; whatever it raises, but for an error about the world outside, is a fault of its plugin."""
    plugin, hook = app.host.owner_of(command.name), f"add_commands: run of {command.name}"
    with blaming(plugin, hook, app.host.error_codes):
        code: object = await command.run(_Context(app.engine, console, answers), parsed)
    if not isinstance(code, int):
        raise wrong_answer(plugin, hook, sentence("its exit code is a {kind}", kind=type(code).__name__))
    return code


class _Site(CommandSite):
    """The installation; its database can only be read, as in every hook but freeze and thaw."""

    def __init__(
        self,
        engine: Engine,
        installation: Installation,
        database: SourceDatabase,
        licence: Licence,
        answers: Answers | None,
    ) -> None:
        self._engine = engine
        self._installation = installation
        self._database = database
        self._licence = licence
        self._answers = answers

    @property
    @override
    def installation(self) -> Installation:
        return self._installation

    @property
    @override
    def licence(self) -> Licence:
        return self._licence

    @property
    @override
    def database(self) -> SourceDatabase:
        return ReadOnlyDatabase(self._database)

    @override
    async def log_on(self) -> LoginResult:
        if self._answers is None:
            raise USAGE.error(sentence("This command needs --answers FILE."))
        return await self._engine.dispatch.one(
            Plugin.authenticate,
            calls.Authenticate(
                installation=self._installation,
                database=self._database,
                user=self._answers.login.user,
                password=self._answers.login_password(),
                run=Surroundings(self._engine.events),
            ),
        )


class _Context(CommandContext):
    """What the console can do, and what the engine can open."""

    def __init__(self, engine: Engine, console: Console, answers: Answers | None) -> None:
        self._engine = engine
        self._console = console
        self._answers = answers

    @property
    @override
    def self_command(self) -> tuple[str, ...]:
        return self._console.self_command

    @property
    @override
    def json(self) -> bool:
        return self._console.json

    @property
    @override
    def data_folder(self) -> Path:
        return self._console.data_folder

    @property
    @override
    def answers(self) -> Mapping[str, Any]:
        return {} if self._answers is None else self._answers.by_key()

    @override
    def site(self) -> AbstractAsyncContextManager[CommandSite]:
        return self._open()

    @override
    def near_readers(self) -> AbstractAsyncContextManager[Sequence[NearReader]]:
        return near_readers(self._engine.dispatch, Surroundings(self._engine.events))

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[CommandSite]:
        given = ManualAnswers() if self._answers is None else self._answers.manual()
        async with AsyncExitStack() as resources:
            discovery = await choose_installation(self._engine, given)
            database, licence = await open_database(self._engine, discovery.installation, resources)
            yield _Site(self._engine, discovery.installation, database, licence, self._answers)

    @override
    def emit(self, event: Event) -> None:
        self._console.emit(event)

    @override
    def print(self, text: str = "") -> None:
        self._console.print(text)

    @override
    def print_line(self, text: str) -> None:
        self._console.print_line(text)

    @override
    async def written(self) -> None:
        await self._console.written()

    @override
    def finish(self, exit_code: int, **fields: object) -> int:
        return self._console.finish(exit_code, **fields)
