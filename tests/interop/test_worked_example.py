"""The example in docs/reference/protocol.md uploads a file as it stands there."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path
from subprocess import CompletedProcess

import anyio
import pytest

from omt_core.testing.fault_proxy import fault_proxy
from omt_core.testing.faults import Cut, Direction
from omt_tenant.embedded import serve_tenant
from omt_tenant.settings import TenantSettings
from tests.interop.tenant_by_hand import CHUNK, sha256, tenant_by_hand

pytestmark = pytest.mark.anyio

PROTOCOL = Path(__file__).parents[2] / "docs" / "reference" / "protocol.md"
CONTENT = random.Random(17).randbytes(3 * CHUNK + 1)


async def test_the_example_goes_on_after_a_cut_and_sends_nothing_twice(tmp_path: Path) -> None:
    [example] = re.findall(r"^```python\n(.*?)^```$", PROTOCOL.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "upload.py").write_text(example, encoding="utf-8")
    (tmp_path / "document.pdf").write_bytes(CONTENT)
    async with (
        serve_tenant(tmp_path / "tenant", settings=TenantSettings(chunk_bytes=CHUNK)) as tenant,
        fault_proxy(int(tenant.url.rpartition(":")[2])) as proxy,
    ):

        async def run() -> CompletedProcess[bytes]:
            words = [sys.executable, "upload.py", proxy.url, str(tenant.token_file), "document.pdf"]
            return await anyio.run_process(words, cwd=tmp_path, check=False)

        # A connection each: token, migration, missing, the creation, two chunks, and half of a third.
        proxy.plan([*[None] * 6, Cut(after=CHUNK // 2)])
        assert (await run()).returncode == 1
        for _ in range(2):
            done = await run()
            assert done.returncode == 0, done.stderr.decode()
            assert sha256(CONTENT) in done.stdout.decode()
        assert len(CONTENT) < proxy.passed[Direction.TO_SERVER] < len(CONTENT) + CHUNK
    async with tenant_by_hand(tmp_path / "tenant") as by_hand:
        assert await by_hand.holds(CONTENT)
