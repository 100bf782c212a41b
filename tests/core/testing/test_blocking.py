"""Calls that wait on the event loop are refused at the call, others are let be."""

from __future__ import annotations

import csv
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from blockbuster import BlockingError

from omt_core.testing.blocking import blocking_place, blocking_refused

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "wait",
    [
        lambda file: file.read_text(),
        lambda file: file.exists(),
        lambda file: list(csv.reader(file.open())),
        lambda file: open(file),  # noqa: PLW0108, PTH123, SIM115 - what is to be refused, once it is
        lambda file: os.listdir(file.parent),  # noqa: PTH208 - what is to be refused
        lambda file: list(file.parent.rglob("*")),
        lambda file: time.sleep(0),
        lambda file: os.system("true"),
        lambda file: subprocess.run([sys.executable, "--version"], check=False),
        lambda file: socket.getaddrinfo("127.0.0.1", 1),
        lambda file: sqlite3.connect(file),  # noqa: PLW0108 - looked up when it is called
    ],
)
async def test_what_waits_on_the_event_loop_is_refused(tmp_path: Path, wait: Callable[[Path], object]) -> None:
    (tmp_path / "x").write_text("x")
    with blocking_refused(), pytest.raises(BlockingError):
        wait(tmp_path / "x")


async def test_the_place_is_the_line_of_who_called_and_not_one_in_python_itself(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with blocking_refused(), pytest.raises(ExceptionGroup) as refused:
        async with anyio.create_task_group() as group:
            group.start_soon(reads_a_file, tmp_path / "x")
    place = blocking_place(refused.value)
    assert place is not None
    assert f"{Path(__file__).name}:" in place
    assert place.endswith("in reads_a_file")
    assert blocking_place(ValueError("another fault")) is None


async def reads_a_file(file: Path) -> None:
    file.read_text()  # noqa: ASYNC240 - what is to be refused


async def test_the_same_work_in_a_thread_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with blocking_refused():
        assert await anyio.to_thread.run_sync((tmp_path / "x").read_text) == "x"
        assert await anyio.Path(tmp_path / "x").read_text() == "x"


async def test_importing_a_module_is_let_be_whatever_it_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "from pathlib import Path\nVALUE = Path(__file__).read_text()"
    (tmp_path / "imported_while_watched.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with blocking_refused():
        import imported_while_watched  # noqa: PLC0415
    assert source == imported_while_watched.VALUE


async def test_processes_and_connections_of_the_event_loop_itself_are_let_be() -> None:
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        with blocking_refused():
            async with await anyio.connect_tcp("127.0.0.1", port):
                pass
            await anyio.run_process([sys.executable, "--version"])
        with blocking_refused(), pytest.raises(BlockingError):
            socket.create_connection(("127.0.0.1", port))


async def test_nothing_is_refused_once_it_is_over(tmp_path: Path) -> None:
    with blocking_refused():
        pass
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - what would be refused
