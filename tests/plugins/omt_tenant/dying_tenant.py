"""A process that serves a tenant and kills itself, as hard as the machine can, at the moment that it is told.

python dying_tenant.py DIR MOMENT        MOMENT is `never` or one of MOMENTS
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio

from omt_tenant.embedded import serve_tenant
from omt_tenant.store import chunk, landing
from omt_tenant.store.state_database import StateDatabase


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def after(owner: Any, name: str) -> None:
    before: Callable[..., Any] = getattr(owner, name)

    def call(*arguments: Any, **more: Any) -> Any:
        before(*arguments, **more)
        die()

    setattr(owner, name, call)


def arm(moment: str) -> None:
    match moment:
        case "chunk written":
            after(chunk.Chunk, "write")
        case "chunk durable":
            after(chunk.os, "fsync")
        case "landing":
            landing.move_into_place = die
        case "landed, not in the index":
            after(landing, "move_into_place")
        case "in the index, not answered":
            after(StateDatabase, "write")
        case "importing":
            pass
        case _:
            raise ValueError(moment)


async def serve(directory: Path, moment: str) -> None:
    async with serve_tenant(directory, importer=die) as running:
        sys.stdout.write(f"{running.url}\n")
        sys.stdout.flush()
        # The parent says when the preparations are over and the danger begins.
        await anyio.to_thread.run_sync(sys.stdin.readline)
        arm(moment)
        sys.stdout.write("armed\n")
        sys.stdout.flush()
        await anyio.sleep_forever()


if __name__ == "__main__":
    anyio.run(serve, Path(sys.argv[1]), sys.argv[2])
