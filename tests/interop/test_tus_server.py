"""Our client's large-file upload against @tus/server, which knows nothing of our protocol and checks no chunks."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from omt_core.api.decisions import MigrationMode
from omt_core.api.errors import OnlineUnavailableError, UploadLostError, UploadMismatchError
from omt_core.api.online import OnlineMigration, UploadRequest
from omt_core.journal import Journal
from omt_core.testing.fault_proxy import fault_proxy
from omt_core.testing.faults import Cut, Direction
from omt_protocol.retry import Patience, RetryingMigration
from omt_upload import UploadPlugin
from omt_upload.settings import UploadSettings
from tests.interop.node import Node, tus_server
from tests.interop.plain_tus import plain_tus
from tests.plugins.omt_upload.moving import Unlimited, Watcher, folder_items, stage_of, transfer_call, write_files

pytestmark = pytest.mark.anyio

SIZE = 3_000_001
CHUNK = 256 << 10
CONTENT = random.Random(7).randbytes(SIZE)
SETTINGS = UploadSettings(parallel_uploads=1, shortest_request=CHUNK, tries=2)


def request_for(content: bytes) -> UploadRequest:
    return UploadRequest(kind="file", digest=hashlib.sha256(content).hexdigest(), size=len(content))


async def test_it_has_what_an_upload_needs_and_checks_no_chunks(node: Node, tmp_path: Path) -> None:
    async with tus_server(node, tmp_path / "store") as server, plain_tus(server.url) as plain:
        assert {"creation", "creation-with-upload", "termination"} <= plain.abilities.extensions
        assert plain.abilities.checksum is None
        await plain.create_upload(request_for(b"abc"), b"abc")
        assert [request["method"] for request in server.requests()] == ["OPTIONS", "POST"]
        assert not any("upload-checksum" in request["headers"] for request in server.requests())


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("first", [0, 1_000])
async def test_what_is_sent_in_chunks_is_what_it_stores(node: Node, tmp_path: Path, relative: bool, first: int) -> None:
    content = CONTENT[:100_000]
    async with (
        tus_server(node, tmp_path / "store", relativeLocation=relative) as server,
        plain_tus(server.url) as plain,
    ):
        url, offset = await plain.create_upload(request_for(content), content[:first])
        assert url.startswith("/files/")
        assert offset == first == await plain.offset(url)
        while offset < len(content):
            offset = await plain.send(url, offset, content[offset : offset + 30_000])
        assert await plain.offset(url) == len(content)
        assert server.stored() == [content]


async def test_an_empty_file_is_created_and_that_is_all(node: Node, tmp_path: Path) -> None:
    async with tus_server(node, tmp_path / "store") as server, plain_tus(server.url) as plain:
        _, offset = await plain.create_upload(request_for(b""))
        assert (offset, server.stored()) == (0, [b""])


async def test_a_wrong_offset_is_a_mismatch(node: Node, tmp_path: Path) -> None:
    async with tus_server(node, tmp_path / "store") as server, plain_tus(server.url) as plain:
        url, _ = await plain.create_upload(request_for(CONTENT), CONTENT[:100])
        with pytest.raises(UploadMismatchError) as caught:
            await plain.send(url, 50, CONTENT[50:100])
        assert caught.value.code == "offset-mismatch"
        assert await plain.offset(url) == 100


async def test_a_terminated_upload_is_lost_and_terminating_again_is_no_error(node: Node, tmp_path: Path) -> None:
    async with tus_server(node, tmp_path / "store") as server, plain_tus(server.url) as plain:
        url, _ = await plain.create_upload(request_for(CONTENT), CONTENT[:100])
        await plain.terminate(url)
        await plain.terminate(url)
        assert server.stored() == []
        with pytest.raises(UploadLostError):
            await plain.offset(url)
        with pytest.raises(UploadLostError):
            await plain.send(url, 100, CONTENT[100:200])


async def move(migration: OnlineMigration, workspace: Path) -> Unlimited:
    rate = Unlimited()
    async with Journal.open(workspace / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        stage = stage_of("documents", folder_items("documents", workspace / "archive"))
        call = transfer_call(journal, migration, workspace, stage, rate=rate, commit=False)
        summary = await UploadPlugin(SETTINGS).transfer(call)
        assert (summary.failed, summary.findings) == (0, ())
        assert await journal.uploads.unfinished() == []
        assert (await journal.items.totals())["documents"].confirmed_items == 1
    return rate


@pytest.mark.parametrize("die_after", [1, CHUNK // 2, SIZE // 2, SIZE - 1])
async def test_a_transfer_goes_on_where_a_killed_server_was(node: Node, tmp_path: Path, die_after: int) -> None:
    write_files(tmp_path / "archive", {"large.bin": CONTENT})
    async with (
        tus_server(node, tmp_path / "store", dieAfter=die_after) as server,
        plain_tus(server.url, chunk_bytes=CHUNK) as plain,
    ):
        with pytest.raises(OnlineUnavailableError):
            await move(plain, tmp_path)
    async with tus_server(node, tmp_path / "store") as server, plain_tus(server.url, chunk_bytes=CHUNK) as plain:
        left = sum(map(len, server.stored()))
        again = await move(plain, tmp_path)
        assert CONTENT in server.stored()
    # A creation that was never answered left an address that nobody knows.
    known = die_after > CHUNK
    assert again.admitted == (SIZE - left if known else SIZE)
    assert len(plain.urls) == (0 if known else 1)


async def test_a_line_that_is_cut_in_a_body_costs_no_more_than_that_body(node: Node, tmp_path: Path) -> None:
    write_files(tmp_path / "archive", {"large.bin": CONTENT})
    watcher = Watcher(tmp_path)
    async with (
        tus_server(node, tmp_path / "store") as server,
        fault_proxy(int(server.url.rpartition(":")[2])) as proxy,
    ):
        proxy.always(Cut(after=1_000_000))
        async with plain_tus(proxy.url, chunk_bytes=CHUNK) as plain:
            await move(RetryingMigration(plain, Patience(total=60, longest_wait=0.1), watcher), tmp_path)
            assert len(plain.urls) == 1
        assert server.stored() == [CONTENT]
        cuts = proxy.connections  # each of which is cut sooner or later
        assert cuts >= 2
        assert proxy.passed[Direction.TO_SERVER] < SIZE + (cuts + 1) * CHUNK
