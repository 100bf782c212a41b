"""The command `tenant`: serve a folder as a tenant, accept what was migrated to it, verify what it stores."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import cast

import anyio
import anyio.to_thread

from omt_core.api import Command, CommandContext, ExitCode, decode_text, sentence
from omt_tenant.errors import CERTIFICATE_UNREADABLE, TAKEN_UNREADABLE
from omt_tenant.settings import TenantSettings

_HIGHEST_PORT = 65_535


def tenant_command(settings: TenantSettings) -> Command:
    """Return the command `tenant` with its parts `serve`, `accept` and `verify`."""

    async def run(context: CommandContext, options: argparse.Namespace) -> int:
        match options.part:
            case "serve":
                return await _serve(context, options, settings)
            case "accept":
                return await _accept(context, options)
            case _:
                from omt_tenant.scrubbing.command import run_verify  # noqa: PLC0415 - it loads the store

                return await run_verify(context, options, settings)

    return Command(
        name="tenant",
        help="run the embedded reference tenant",
        configure=_configure,
        run=run,
        examples=("omt tenant serve tenant", "omt tenant verify tenant"),
    )


def _configure(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
    serve = parts.add_parser("serve", help="serve a folder as a tenant, on this machine only, until stopped")
    serve.add_argument("directory", type=Path, metavar="DIR", help="where it keeps all that arrives; made if need be")
    serve.add_argument("--port", type=_port, default=0, help="port on 127.0.0.1; 0, the default, takes a free one")
    serve.add_argument("--plans", metavar="NAME:TOTAL,...", help="the user plans that exist online, kept from then on")
    serve.add_argument("--taken", type=Path, metavar="FILE", help="user names held elsewhere, one a line (UTF-8)")
    serve.add_argument("--cert", type=Path, metavar="PEM", help="certificate chain: serve https")
    serve.add_argument("--key", type=Path, metavar="PEM", help="private key of --cert")
    accept = parts.add_parser("accept", help="accept a completed live migration: no run is possible afterwards")
    accept.add_argument("directory", type=Path, metavar="DIR", help="the folder that is or was served")
    verify = parts.add_parser("verify", help="read everything that a tenant stores again, and tell what differs")
    verify.add_argument("directory", type=Path, metavar="DIR", help="the folder that is or was served")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _HIGHEST_PORT):
        raise argparse.ArgumentTypeError(sentence("a port is a number from 0 to 65535"))
    return int(text)


async def _serve(context: CommandContext, options: argparse.Namespace, settings: TenantSettings) -> int:
    from omt_tenant.embedded import Certificate, serve_tenant  # noqa: PLC0415 - aiohttp's server: only who serves loads it
    from omt_tenant.migration.plan_catalogue import parse_plans  # noqa: PLC0415 - the same

    if (options.cert is None) != (options.key is None):
        raise CERTIFICATE_UNREADABLE.error(
            sentence("--cert and --key belong together."), remedy=sentence("Give both, or neither.")
        )
    plans = None if options.plans is None else parse_plans(options.plans)
    taken = () if options.taken is None else await anyio.to_thread.run_sync(_read_names, options.taken)
    with _stop_on_signals() as stop:
        async with serve_tenant(
            options.directory,
            port=options.port,
            plans=plans,
            taken=taken,
            settings=settings,
            certificate=None if options.cert is None else Certificate(options.cert, options.key),
        ) as tenant:
            context.print_line(json.dumps({"url": tenant.url, "token_file": str(tenant.token_file)}))
            await stop.wait()
    return ExitCode.DONE


async def _accept(context: CommandContext, options: argparse.Namespace) -> int:
    from omt_tenant.migration.acceptance import accept_migration  # noqa: PLC0415 - it loads the store

    migration = await anyio.to_thread.run_sync(accept_migration, cast("Path", options.directory))
    context.print(
        sentence(
            "Accepted: migration {migration}. No run against this tenant is possible any more.", migration=migration
        )
    )
    return context.finish(ExitCode.DONE, migration=migration)


def _read_names(path: Path) -> tuple[str, ...]:
    try:
        return tuple(decode_text(path.read_bytes(), sentence("The file {path}", path=path)).splitlines())
    except OSError as error:
        raise TAKEN_UNREADABLE.error(
            sentence("The user names in {path} cannot be read: {reason}.", path=path, reason=error.strerror or error)
        ) from error


@contextmanager
def _stop_on_signals() -> Iterator[anyio.Event]:
    """Give an event that SIGINT or SIGTERM sets. Plain handlers: Windows' loop has no `add_signal_handler`."""
    loop, stop = asyncio.get_running_loop(), anyio.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        loop.call_soon_threadsafe(stop.set)

    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
