"""The command `object-store`: reads a store again, and makes the key that its receipts are signed with."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import cast

import anyio.to_thread
from omt_core.api import Command, CommandContext, Event, ExitCode, RunContext
from typing_extensions import override

from omt_object_store.findings import DAMAGED
from omt_object_store.scrub import Scrub
from omt_object_store.settings import ObjectStoreSettings
from omt_object_store.signing_key import make_key
from omt_object_store.target import open_storage

_TOLD = 1_000


def store_command(settings: ObjectStoreSettings) -> Command:
    """Return the command for the store that the settings name."""

    async def run(context: CommandContext, options: argparse.Namespace) -> int:
        if options.what == "make-key":
            return await _make_key(context, cast("Path", options.file))
        return await _verify(context, settings)

    return Command(
        name="object-store", help="read the object store again, or make its key", configure=_configure, run=run
    )


def _configure(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    parts.add_parser("verify", help="read everything in the store again and name what is damaged")
    key = parts.add_parser("make-key", help="make the key that signs the store's receipts")
    key.add_argument("file", type=Path, metavar="FILE", help="the private key's file; the public one is FILE.pub")


async def _make_key(context: CommandContext, file: Path) -> int:
    public, key = await anyio.to_thread.run_sync(make_key, file)
    context.print(f"Private key: {file}. Whoever has it can sign receipts: keep it away from others.")
    context.print(f"Public key: {public}, for `omt verify RECEIPT --key {public}`")
    return context.finish(ExitCode.DONE, public_key=key)


async def _verify(context: CommandContext, settings: ObjectStoreSettings) -> int:
    storage = await open_storage(settings, _NoWorkspace(context))
    await storage.reach()
    scrub, told, total = Scrub(storage), list[dict[str, object]](), 0
    async for path, wrong in scrub.damages():
        total += 1
        if len(told) < _TOLD:
            context.print(f"DAMAGED  {path}: {wrong}")
            told.append(asdict(DAMAGED.finding(f"{path}: {wrong}", (path,))))
    context.print(f"Read: {scrub.objects} objects with {scrub.contents} contents.")
    if scrub.unknown:
        context.print(f"{scrub.unknown} objects have no record and count for nothing.")
    if total:
        context.print(f"{total} are damaged.")
        return context.finish(ExitCode.FINDINGS, findings=told)
    context.print("Nothing is damaged.")
    return context.finish(ExitCode.DONE)


class _NoWorkspace(RunContext):
    """The surroundings of a command that keeps nothing."""

    def __init__(self, context: CommandContext) -> None:
        self._context = context

    @property
    @override
    def workspace(self) -> Path | None:
        return None

    @override
    def emit(self, event: Event) -> None:
        self._context.emit(event)
