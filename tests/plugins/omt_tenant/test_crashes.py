"""kill -9 at every moment of an upload, then a restart: what was answered is there, what was not can be sent again."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import anyio.to_thread
import pytest
import zstandard

from omt_tenant.store.contents import ContentStore
from omt_tenant.store.layout import TenantLayout
from omt_tenant.store.reconciliation import reconcile
from omt_tenant.store.state_database import StateDatabase
from tests.plugins.omt_tenant.conftest import bundle_digest

pytestmark = pytest.mark.anyio
DATA = bytes(range(256)) * 4_000
FIRST = 300_000
MOMENTS = ["chunk written", "chunk durable", "landing", "landed, not in the index", "in the index, not answered"]


@contextmanager
def dying_tenant(directory: Path, moment: str):
    script = Path(__file__).with_name("dying_tenant.py")
    process = subprocess.Popen(
        [sys.executable, script, directory, moment], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("moment", "kind"), [(moment, kind) for moment in MOMENTS for kind in ("file", "bundle", "zstd-bundle")]
)
async def test_an_upload_survives_a_kill_in_its_last_chunk(  # noqa: PLR0917
    connect, client_type, make_bundle, tmp_path, moment, kind
):
    contents = [DATA[:100], DATA, b""]
    bundle = make_bundle(contents)
    data = {"file": DATA, "bundle": bundle, "zstd-bundle": zstandard.compress(bundle, 1)}[kind]
    named = bundle_digest(bundle) if kind == "zstd-bundle" else None
    first = min(FIRST, len(data) // 2)
    directory = tmp_path / "tenant"
    with dying_tenant(directory, moment) as process:
        url = (await anyio.to_thread.run_sync(process.stdout.readline)).strip()
        async with aiohttp.ClientSession() as session:
            client = client_type(url, session)
            await client.log_on((directory / "token").read_text().strip())
            await client.open()
            location = urlsplit((await client.create(data, kind, first=first, digest=named)).headers["Location"]).path
            process.stdin.write("go\n")
            process.stdin.flush()
            assert (await anyio.to_thread.run_sync(process.stdout.readline)) == "armed\n"
            with pytest.raises(aiohttp.ClientError):
                await client.patch(location, first, data[first:])
        await anyio.to_thread.run_sync(process.wait)
    async with connect(directory) as again:
        again.headers |= {"Omt-Claim": client.headers["Omt-Claim"]}
        again.migration = client.migration
        landed = moment in {"landed, not in the index", "in the index, not answered"}
        offset = int((await again.head(location)).headers["Upload-Offset"])
        assert offset == (len(data) if landed else first)
        assert (await again.patch(location, offset, data[offset:])).status == 204
        for content in [data] if kind == "file" else contents:
            assert (await again.call("GET", f"/v1/contents/{digest(content)}")).body == content
    assert list((directory / "uploads").iterdir()) == []


async def test_an_import_that_a_kill_interrupted_begins_again_by_itself(
    connect, client_type, importer, make_line, tmp_path
):
    directory = tmp_path / "tenant"
    with dying_tenant(directory, "importing") as process:
        url = (await anyio.to_thread.run_sync(process.stdout.readline)).strip()
        async with aiohttp.ClientSession() as session:
            client = client_type(url, session)
            await client.log_on((directory / "token").read_text().strip())
            await client.open()
            await client.commit("database", make_line("database", "p/1", None))
            with suppress(aiohttp.ClientError):  # it may die before the answer is out
                await client.complete()
        await anyio.to_thread.run_sync(process.wait)
    async with connect(directory, importer=importer) as again:
        again.headers |= {"Omt-Claim": client.headers["Omt-Claim"]}
        again.migration = client.migration
        assert (await again.finished())["state"] == "done"
        assert [stage.stage for stage in importer.calls[0].stages] == ["database"]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def layout(tmp_path: Path) -> TenantLayout:
    layout = TenantLayout(tmp_path)
    layout.create()
    return layout


def test_a_start_removes_what_did_not_land_whole_and_takes_in_what_did(layout, make_bundle):
    good, bad = make_bundle([b"kept"]), make_bundle([b"broken"])[:-1]
    kept, broken = (layout.pack(digest(bytes.fromhex(digest(content)))) for content in (b"kept", b"broken"))
    remains = {
        kept: good,
        broken: bad,
        layout.pack(digest(b"renamed")): good,
        layout.content(digest(b"single")): b"single",
        layout.content(digest(b"torn")): b"to",
        layout.upload("0" * 32): b"nobody's",
    }
    for path, data in remains.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    state = StateDatabase(layout.state)
    try:
        for _ in range(2):
            lost = reconcile(layout, state, member_bytes=1 << 20)
        contents = ContentStore(layout, state, lost)
        assert set(contents.sizes(map(digest, [b"kept", b"broken", b"single", b"torn"]))) == {
            digest(b"kept"),
            digest(b"single"),
        }
        with contents.open(digest(b"kept")) as file:
            assert file.read() == b"kept"
    finally:
        state.close()
    assert sorted(path for path in remains if path.exists()) == sorted([kept, layout.content(digest(b"single"))])
