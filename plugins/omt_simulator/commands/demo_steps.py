"""The processes that the demo runs: one after another, their output live, and a tenant beside them."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import anyio
from anyio.abc import ByteReceiveStream, Process
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.text import TextReceiveStream
from pydantic import BaseModel, ValidationError

from omt_core.api import command_line, sentence
from omt_simulator.errors import DEMO_TENANT_FAILED

STANDARD_ERROR = 2
LONGEST_FIRST_LINE = 64 * 1024
STOP_SECONDS = 30
"""How long a child may take to stop in an orderly way before it is ended."""


class TenantAddress(BaseModel):
    """What `omt tenant serve` prints as its first line."""

    url: str
    token_file: Path


async def run_step(command: Sequence[str], *, to_stderr: bool) -> int:
    """Run one command to its end on this terminal; returns its exit code.

    With `to_stderr` it leaves standard output to this process, which then owes a program nothing but JSON there.

    Ctrl-C reaches the child from the terminal itself, and it ends in an orderly way: it is waited for.
    """
    process = await anyio.open_process(command, stdin=None, stdout=STANDARD_ERROR if to_stderr else None, stderr=None)
    try:
        return await process.wait()
    finally:
        await _wait_or_end(process)


async def run_step_of_a_program(
    command: Sequence[str], print_line: Callable[[str], None]
) -> tuple[int, dict[str, Any]]:
    """Run one command under `--json`: hands each line on but the result, which is returned with the exit code."""
    process = await anyio.open_process((*command, "--json"), stdin=None, stdout=subprocess.PIPE, stderr=None)
    result: dict[str, Any] = {}
    try:
        stream = TextReceiveStream(cast("ByteReceiveStream", process.stdout))  # asked for by PIPE
        rest = ""
        async for text in stream:
            *lines, rest = f"{rest}{text}".split("\n")
            for line in lines:
                fields = json.loads(line)
                if fields["event"] == "result":
                    result = fields
                else:
                    print_line(line)
        return await process.wait(), result
    finally:
        await _wait_or_end(process)


async def _wait_or_end(process: Process) -> None:
    with anyio.CancelScope(shield=True):
        with anyio.move_on_after(STOP_SECONDS):
            await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()
        await process.aclose()


@asynccontextmanager
async def serving_tenant(command: Sequence[str]) -> AsyncIterator[TenantAddress]:
    """Run a tenant in the background until the block is left.

    It has a process group of its own: a Ctrl-C stops the migration, which may still have something to tell the tenant.
    Raises OnlineError when it does not start.
    """
    creation_flags, new_session = _own_group()
    process = await anyio.open_process(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=None,
        start_new_session=new_session,
        creationflags=creation_flags,
    )
    try:
        stream = BufferedByteReceiveStream(cast("ByteReceiveStream", process.stdout))  # asked for by PIPE
        address = await _first_line(stream, command)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_drain, stream)
            yield address
            tasks.cancel_scope.cancel()
    finally:
        if process.returncode is None:
            process.terminate()
        await _wait_or_end(process)


def _own_group() -> tuple[int, bool]:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP, False
    return 0, True


async def _first_line(stream: BufferedByteReceiveStream, command: Sequence[str]) -> TenantAddress:
    try:
        line = await stream.receive_until(b"\n", LONGEST_FIRST_LINE)
        return TenantAddress.model_validate(json.loads(line))
    except (anyio.EndOfStream, anyio.IncompleteRead, anyio.DelimiterNotFound, ValueError, ValidationError) as error:
        raise DEMO_TENANT_FAILED.error(
            remedy=sentence("Run it by hand to see why: {command}", command=command_line(*command))
        ) from error


async def _drain(stream: BufferedByteReceiveStream) -> None:
    """Read on, so that a tenant that prints more never waits for a reader."""
    with contextlib.suppress(anyio.EndOfStream, anyio.ClosedResourceError):
        while True:
            await stream.receive()
