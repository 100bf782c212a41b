"""A worker whose plugin is put in the place of another while batches come."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from distributed import Client
from omt_upload.lanes.batch_sender import Batch, BatchResult
from omt_upload.settings import UploadSettings
from typing_extensions import override

from omt_dask.messages.answers import Answer
from omt_dask.worker import SendingPlugin, plugin_name, send_batch, sender

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
