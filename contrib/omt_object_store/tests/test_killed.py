"""A tool that is killed while it uploads a large file goes on behind the last part that was acknowledged."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import anyio
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream
from object_stores import Server, connect_tool
from omt_core.api import OnlineTarget
from omt_core.testing.fault_proxy import fault_proxy
from omt_core.testing.faults import Direction, Throttle
from omt_core.testing.online_side import content_of, open_migration

from omt_object_store import ObjectStoreSettings

CHUNK = 1 << 20
CONTENT = random.Random(1).randbytes(12 * CHUNK + 7)
ACKNOWLEDGED = 4
HERE = Path(__file__).parent


@pytest.mark.anyio
@pytest.mark.parametrize("where", ["s3", "azure"])
async def test_no_part_is_sent_twice_after_a_kill(tmp_path: Path, where: str, request: pytest.FixtureRequest) -> None:
    store: Server = request.getfixturevalue(f"{where}_store")
    async with fault_proxy(store.port) as proxy:
        through = str(store.settings["endpoint"]).replace(str(store.port), str(proxy.port))
        settings = store.settings_for(tmp_path, endpoint=through)
        # Slow enough behind the acknowledged parts for the kill to come in the middle of the next.
        proxy.always(Throttle(after=(ACKNOWLEDGED + 1) * CHUNK + CHUNK // 2, bytes_per_second=CHUNK // 2))
        url, offset = await _upload_until_killed(tmp_path, settings)
        assert offset == ACKNOWLEDGED * CHUNK
        proxy.heal()
        proxy.break_connections()
        before = proxy.passed[Direction.TO_SERVER]

        async def connect(workspace: Path) -> OnlineTarget:
            return await connect_tool(settings, workspace)

        async with open_migration(connect, tmp_path / "work") as migration:
            resumed = await migration.offset(url)
            assert offset <= resumed <= offset + CHUNK
            sent = resumed
            while sent < len(CONTENT):
                sent = await migration.send(url, sent, CONTENT[sent : sent + CHUNK])
            assert await migration.missing([content_of(CONTENT)]) == frozenset()
        # The parts that were lacking, and once more all of them when they are made one object.
        rest = len(CONTENT) - resumed
        assert proxy.passed[Direction.TO_SERVER] - before < rest + len(CONTENT) + CHUNK // 2


async def _upload_until_killed(folder: Path, settings: ObjectStoreSettings) -> tuple[str, int]:
    (folder / "work").mkdir()
    (folder / "large").write_bytes(CONTENT)
    (folder / "settings.json").write_text(settings.model_dump_json(), encoding="utf-8")
    words = [folder / "settings.json", folder / "work", folder / "large", CHUNK]
    child = await anyio.open_process(
        [sys.executable, str(HERE / "resuming_child.py"), *map(str, words)],
        stderr=None,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(HERE), str(HERE.parent)))},
    )
    assert child.stdout is not None
    lines = BufferedByteReceiveStream(child.stdout)
    url = (await lines.receive_until(b"\n", 1_000)).decode()
    offset = 0
    while offset < ACKNOWLEDGED * CHUNK:
        offset = int(await lines.receive_until(b"\n", 1_000))
    child.kill()
    await child.wait()
    await child.aclose()
    return url, offset
