"""node with the packages of package.json, in a folder of the test run's own."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from anyio.streams.text import TextReceiveStream

from tests.npm import install_packages, node_program

_HERE = Path(__file__).parent
_SCRIPTS = ("tus_server.mjs", "tus_upload.mjs")


@dataclass(frozen=True, slots=True)
class Node:
    """The program, and the folder where its scripts find their packages."""

    program: str
    folder: Path

    def command(self, script: str, words: Mapping[str, object]) -> list[str]:
        return [self.program, str(self.folder / script), json.dumps(words)]

    async def run(self, script: str, words: Mapping[str, object]) -> Any:
        """Run a script to its end and return the JSON that it prints."""
        done = await anyio.run_process(self.command(script, words), check=False)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)


@dataclass(frozen=True, slots=True)
class TusServer:
    """A running @tus/server: its address, where it keeps what came, and what it was asked."""

    url: str
    directory: Path
    log: Path

    def requests(self) -> list[Any]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def stored(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.directory.iterdir()) if path.suffix != ".json"]


def install(folder: Path) -> Node:
    """Install the packages into an empty folder. Skips where it cannot be done; under CI=true it fails instead."""
    program = node_program()
    for name in _SCRIPTS:
        shutil.copy(_HERE / name, folder)
    install_packages(_HERE, folder)
    return Node(program, folder)


@asynccontextmanager
async def tus_server(node: Node, directory: Path, **options: object) -> AsyncIterator[TusServer]:
    """Run a @tus/server over a folder, on a port of its own; `options` are those of tus_server.mjs."""
    log = directory.with_name(f"{directory.name}.log")
    words = {"directory": str(directory), "log": str(log), **options}
    async with await anyio.open_process(node.command("tus_server.mjs", words), stderr=None) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        port = await TextReceiveStream(process.stdout).receive()
        try:
            yield TusServer(f"http://127.0.0.1:{int(port)}", directory, log)
        finally:
            await process.stdin.aclose()
            await process.wait()
