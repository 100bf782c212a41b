"""`omt demo`: simulates an installation, migrates it to a tenant on this machine and verifies the receipt.

Every step is the public command, run as a process of its own, so that what is shown is what anybody can type.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from omt_core.api import Command, CommandContext, command_line, joined, sentence
from omt_core.api.files import write_whole
from omt_simulator.commands.demo_steps import TenantAddress, run_step, run_step_of_a_program, serving_tenant
from omt_simulator.commands.simulate import add_size_options
from omt_simulator.directory import not_writable
from omt_simulator.errors import DEMO_OTHER_INSTALLATION

SIZES = ("users", "documents", "seed")
RECEIPT = "receipt.json"
REPORT = "report.html"


@dataclass(frozen=True, slots=True)
class DemoFolders:
    """Where the demo keeps its things."""

    workspace: Path

    @property
    def installation(self) -> Path:
        """The simulated installation."""
        return self.workspace / "installation"

    @property
    def answers(self) -> Path:
        """The installation's answers and the tenant's address together; beside the former, whose paths are relative."""
        return self.installation / "answers-with-tenant.toml"

    @property
    def tenant(self) -> Path:
        """All that the tenant stores."""
        return self.workspace / "tenant"

    @property
    def migration(self) -> Path:
        """The migration's own workspace."""
        return self.workspace / "migration"

    @property
    def receipt(self) -> Path:
        """What the tenant signed."""
        return self.migration / RECEIPT


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="where the demo keeps everything")
    add_size_options(parser, None)
    parser.add_argument("--test-migration", action="store_true", help="make a test migration, not a live one")


async def run(context: CommandContext, options: argparse.Namespace) -> int:
    """Run the steps; the exit code is that of the first that failed, and the result that of the migration."""
    folders = DemoFolders((options.workspace or context.data_folder / "demo").absolute())
    demo = _Demo(context, folders, test_migration=options.test_migration)
    code = await demo.run({name: getattr(options, name) for name in SIZES if getattr(options, name) is not None})
    if code == 0:
        demo.show_results()
    return context.finish(code, **demo.result)


class _Demo:
    def __init__(self, context: CommandContext, folders: DemoFolders, *, test_migration: bool) -> None:
        self._context = context
        self._folders = folders
        self._test_migration = test_migration
        self.result: dict[str, Any] = {}
        """What the migration had for a result, under `--json`; without what stands for the whole demo."""

    async def run(self, sizes: dict[str, int]) -> int:
        code = await self._simulate(sizes)
        if code:
            return code
        truth = await anyio.to_thread.run_sync(_read_truth, self._folders)
        plans = str(truth["tenant_plans"])
        tenant = (*self._context.self_command, "tenant", "serve", str(self._folders.tenant), "--plans", plans)
        self._announce(sentence("Start a tenant on this machine"), tenant)
        async with serving_tenant(tenant) as address:
            await anyio.to_thread.run_sync(self._write_answers, address)
            return await self._migrate()

    async def _simulate(self, sizes: dict[str, int]) -> int:
        if (self._folders.installation / "truth.json").is_file():
            truth = await anyio.to_thread.run_sync(_read_truth, self._folders)
            other = {name: truth["spec"][name] for name, value in sizes.items() if truth["spec"][name] != value}
            if other:
                held = ", ".join(f"--{name} {value}" for name, value in other.items())
                raise DEMO_OTHER_INSTALLATION.error(
                    sentence(
                        "{workspace} holds a demo that was made with {held}.",
                        workspace=self._folders.workspace,
                        held=held,
                    )
                )
            self._context.print(
                sentence("The simulated installation in {folder} is there already.", folder=self._folders.installation)
            )
            return 0
        given = [word for name, value in sizes.items() for word in (f"--{name}", str(value))]
        return await self._step(
            sentence("Simulate an on-site installation"), "simulate", str(self._folders.installation), *given
        )

    async def _migrate(self) -> int:
        recovery = ["--recover", "missing"] if self._folders.receipt.is_file() else []
        where = ["--answers", str(self._folders.answers), "--workspace", str(self._folders.migration)]
        code = await self._step(sentence("Migrate it"), "migrate", *where, *recovery, keeps_result=self._context.json)
        if code:
            return code
        return await self._step(sentence("Verify the receipt"), "verify", str(self._folders.receipt))

    async def _step(self, title: str, *words: str, keeps_result: bool = False) -> int:
        command = (*self._context.self_command, *words)
        self._announce(title, command)
        await self._context.written()  # What was announced comes before what the child says.
        if keeps_result:
            code, result = await run_step_of_a_program(command, self._context.print_line)
            self.result = {name: value for name, value in result.items() if name not in {"event", "exit_code"}}
        else:
            code = await run_step(command, to_stderr=self._context.json)
        if code:
            self._context.print(sentence("This step ended with exit code {code}; the demo stops here.", code=code))
        return code

    def _announce(self, title: str, command: Sequence[str]) -> None:
        words = command_line("omt", *command[len(self._context.self_command) :])
        for line in ("", joined([title, ""], ":"), f"  {words}", ""):
            self._context.print(line)

    def _write_answers(self, address: TenantAddress) -> None:
        given = (self._folders.installation / "answers.toml").read_text(encoding="utf-8")
        online = {"url": address.url, "token_file": str(address.token_file.absolute())}
        # A JSON string without escapes for non-ASCII text is a TOML basic string too.
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in online.items()]
        head = "test_migration = true\n" if self._test_migration else ""
        text = "\n".join((head + given, "[online]", *lines, ""))
        try:
            write_whole(self._folders.answers, text.encode("utf-8"))
        except OSError as error:
            raise not_writable(self._folders.answers, error) from error

    def show_results(self) -> None:
        """Say what there is to look at now, and how to go on."""
        folders, show = self._folders, self._context.print
        show()
        show(sentence("The demo is done. Look at:"))
        show(sentence("  the installation: {folder} (truth.json tells what was built)", folder=folders.installation))
        show(sentence("  the answers: {file}", file=folders.answers))
        show(sentence("  the receipt: {file}", file=folders.receipt))
        show(sentence("  the report: {file}", file=folders.migration / REPORT))
        show(sentence("  the tenant: {folder}", folder=folders.tenant))
        show(
            sentence(
                "Run the same command again: the tool finds that it has migrated before, and sends only what was"
                " missing."
            )
        )


def _read_truth(folders: DemoFolders) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((folders.installation / "truth.json").read_text(encoding="utf-8"))
    return truth


DEMO = Command(
    name="demo",
    help="simulate an installation, migrate it and verify the receipt",
    configure=configure,
    run=run,
    examples=("omt demo", "omt demo --users 200 --documents 10000"),
)
