"""Calls that wait on the event loop are caught, others are let be."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import anyio
import pytest

from omt_core.testing.blocking import watch_event_loop

pytestmark = pytest.mark.anyio


async def test_reading_a_file_on_the_event_loop_is_caught_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with watch_event_loop() as found:
        (tmp_path / "x").read_text()
    assert [call.event for call in found] == ["open"]
    assert any("test_reading_a_file" in place for place in found[0].where)


async def test_listing_a_folder_and_sleeping_are_caught(tmp_path: Path) -> None:
    with watch_event_loop() as found:
        os.listdir(tmp_path)  # noqa: PTH208 - what is to be caught
        time.sleep(0)  # noqa: ASYNC251 - what is to be caught
    assert {call.event for call in found} >= {"os.listdir", "time.sleep"}


async def test_the_same_work_in_a_thread_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with watch_event_loop() as found:
        await anyio.to_thread.run_sync((tmp_path / "x").read_text)
        await anyio.Path(tmp_path / "x").read_text()
    assert found == []


async def test_importing_a_module_is_let_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "imported_while_watched.py").write_text("VALUE = 1")
    monkeypatch.syspath_prepend(tmp_path)
    with watch_event_loop() as found:
        import imported_while_watched  # noqa: F401, PLC0415
    assert found == []


async def test_a_connection_of_the_event_loop_itself_is_let_be() -> None:
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        with watch_event_loop() as found:
            async with await anyio.connect_tcp("127.0.0.1", port):
                pass
        assert found == []
        with watch_event_loop() as found, socket.create_connection(("127.0.0.1", port)):
            pass
        assert "socket.connect" in {call.event for call in found}


async def test_nothing_is_caught_once_the_watch_is_over(tmp_path: Path) -> None:
    with watch_event_loop() as found:
        pass
    os.listdir(tmp_path)  # noqa: PTH208 - what would be caught
    assert found == []
