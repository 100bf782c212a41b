"""A worker whose plugin is put in the place of another while batches come."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import anyio.to_thread
import pytest
from anyio.from_thread import BlockingPortal
from distributed import Client
from omt_upload.lanes.batch_sender import Batch, BatchResult
from omt_upload.settings import UploadSettings
from typing_extensions import override

from omt_dask.messages.answers import Answer
from omt_dask.messages.orders import SECONDS_BETWEEN_ORDERS
from omt_dask.worker import SendingPlugin, plugin_name, send_batch, sender, tool_link
from omt_dask.worker.tool_link import Stop

pytestmark = pytest.mark.anyio

BATCH = Batch(stage="documents", records=(), begun=(), roots=())


class Sending(SendingPlugin):
    """Is at a batch until it is let go."""

    def __init__(self) -> None:
        super().__init__("run", {"oslo": {}}, UploadSettings())
        self.begun, self.let_go = threading.Event(), threading.Event()

    @override
    def _send(self, portal: BlockingPortal, home: str, batch: Batch, client: Client) -> Answer:
        self.begun.set()
        self.let_go.wait(60)
        return Answer(machine="oslo-1", seconds=1.0, result=BatchResult(outcomes=()))


@pytest.fixture
def joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    here = SimpleNamespace(
        name="oslo-1",
        address="tls://127.0.0.1:1",
        local_directory=str(tmp_path),
        state=SimpleNamespace(total_resources={"oslo": 1}),
        plugins={},
    )
    monkeypatch.setattr(sender, "get_worker", lambda: here)
    monkeypatch.setattr(sender, "get_client", lambda: None)
    return here


async def test_a_batch_waits_for_the_plugin_that_takes_the_place_of_one_that_is_taken_away(
    joined: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Sending(), Sending()
    for plugin in (first, second):
        plugin.setup(joined)
        plugin.let_go.set()
    joined.plugins[plugin_name("run")] = first
    await first.teardown(joined)

    def put_in_its_place(seconds: float) -> None:
        joined.plugins[plugin_name("run")] = second

    monkeypatch.setattr(sender.time, "sleep", put_in_its_place)
    assert send_batch("run", "oslo", BATCH).machine == "oslo-1"
    assert (first.begun.is_set(), second.begun.is_set()) == (False, True)
    await second.teardown(joined)


async def test_a_plugin_is_gone_only_behind_the_batches_that_it_is_at(joined: Any) -> None:
    plugin = Sending()
    plugin.setup(joined)
    joined.plugins[plugin_name("run")] = plugin
    answers: list[Answer] = []
    sending = threading.Thread(target=lambda: answers.append(send_batch("run", "oslo", BATCH)))
    sending.start()
    assert plugin.begun.wait(60)
    threading.Timer(0.1, plugin.let_go.set).start()
    await plugin.teardown(joined)
    assert plugin.let_go.is_set()
    sending.join(60)
    assert [answer.machine for answer in answers] == ["oslo-1"]


class Hanging:
    """Sends for ever."""

    def __init__(self) -> None:
        self.begun = threading.Event()

    async def send(self, batch: Batch, scope: anyio.CancelScope) -> BatchResult:
        """Send until it is cut off."""
        with scope:
            self.begun.set()
            await anyio.sleep_forever()
        return BatchResult.of_nothing(batch)


class Silent:
    """A tool that says nothing but what its stop says."""

    def __init__(self, *words: Any) -> None:
        self.stop: Stop = words[-1]
        self.rate = None

    async def watch(self) -> None:
        """Look at nothing."""

    async def next_orders(self) -> Any:
        """Tell of a way to the tenant."""
        return SimpleNamespace(online={"oslo": None})

    next_pass = None


async def sent_until_torn_down(joined: Any, begun: threading.Event) -> list[Answer]:
    """Have a batch sent by a plugin that is taken away once it is `begun`; returns its answers."""
    plugin = SendingPlugin("run", {"oslo": {}}, UploadSettings())
    plugin.setup(joined)
    joined.plugins[plugin_name("run")] = plugin
    answers: list[Answer] = []
    sending = threading.Thread(target=lambda: answers.append(send_batch("run", "oslo", BATCH)))
    sending.start()
    assert begun.wait(60)
    await plugin.teardown(joined)
    sending.join(60)
    return answers


async def test_a_batch_whose_request_does_not_end_is_cut_off_behind_a_stop(
    joined: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = Hanging()

    @asynccontextmanager
    async def serving(*_: object) -> AsyncGenerator[Hanging]:
        yield hanging

    monkeypatch.setattr(sender, "ToolLink", Silent)
    monkeypatch.setattr(sender, "serving", serving)
    monkeypatch.setattr(tool_link, "SECONDS_TO_DRAIN", 0.05)
    (answer,) = await sent_until_torn_down(joined, hanging.begun)
    assert answer.result == BatchResult.of_nothing(BATCH)


async def test_what_comes_while_the_tool_is_not_heard_of_is_not_given_back_at_once(
    joined: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    class Idle:
        async def send(self, batch: Batch, scope: anyio.CancelScope) -> BatchResult:
            return BatchResult.of_nothing(batch)

    @asynccontextmanager
    async def serving(tool: Silent, *_: object) -> AsyncGenerator[Idle]:
        tool.stop.suspend()
        yield Idle()

    monkeypatch.setattr(sender, "ToolLink", Silent)
    monkeypatch.setattr(sender, "serving", serving)
    monkeypatch.setattr(sender.time, "sleep", slept.append)
    plugin = SendingPlugin("run", {"oslo": {}}, UploadSettings())
    plugin.setup(joined)
    joined.plugins[plugin_name("run")] = plugin
    for wanted in ([], [SECONDS_BETWEEN_ORDERS]):
        answer = await anyio.to_thread.run_sync(send_batch, "run", "oslo", BATCH)
        assert answer.result == BatchResult.of_nothing(BATCH)
        assert slept == wanted
    await plugin.teardown(joined)


async def test_a_line_to_a_tenant_that_is_gone_is_given_up_behind_a_stop(
    joined: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    @asynccontextmanager
    async def gone(*_: object) -> AsyncGenerator[None]:
        begun.set()
        await anyio.sleep_forever()
        yield

    monkeypatch.setattr(sender, "ToolLink", Silent)
    monkeypatch.setattr(sender, "sender", gone)
    monkeypatch.setattr(tool_link, "SECONDS_TO_DRAIN", 0.05)
    (answer,) = await sent_until_torn_down(joined, begun)
    assert answer.result == BatchResult.of_nothing(BATCH)
