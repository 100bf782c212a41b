"""A tenant as somebody sees it who has its protocol and a tus client, but nothing of ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from omt_tenant.embedded import serve_tenant
from omt_tenant.settings import TenantSettings

CHUNK = 256 << 10
"""The longest body that the tenant of these tests takes."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """An opened migration: its address, and what every request of an upload carries."""

    url: str
    session: aiohttp.ClientSession
    migration: str
    headers: Mapping[str, str]

    @property
    def endpoint(self) -> str:
        return f"{self.url}/v1/uploads"

    def metadata(self, content: bytes) -> dict[str, str]:
        return {"kind": "file", "sha256": sha256(content), "migration": self.migration}

    async def lacks(self, content: bytes) -> bool:
        asked = {"contents": [[sha256(content), len(content)]]}
        url = f"{self.url}/v1/migrations/{self.migration}/missing"
        async with self.session.post(url, json=asked, headers=self.headers) as answer:
            return (await answer.json())["missing"] == [sha256(content)]

    async def stored(self, content: bytes) -> bytes:
        async with self.session.get(f"{self.url}/v1/contents/{sha256(content)}", headers=self.headers) as answer:
            assert answer.status == 200
            return await answer.read()

    async def holds(self, content: bytes) -> bool:
        """Whether the tenant says that it has a content, and gives it back byte by byte."""
        return not await self.lacks(content) and await self.stored(content) == content


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@asynccontextmanager
async def tenant_by_hand(directory: Path, *, port: int = 0) -> AsyncIterator[ByHand]:
    """Serve a tenant's folder, log on, and open its migration, all as docs/reference/protocol.md says."""
    async with (
        serve_tenant(directory, port=port, settings=TenantSettings(chunk_bytes=CHUNK)) as running,
        aiohttp.ClientSession() as session,
    ):
        secret = running.token_file.read_text(encoding="utf-8").strip()
        token = (await _post(session, f"{running.url}/v1/tokens", {"secret": secret}))["token"]
        headers = {"Authorization": f"Bearer {token}"}
        opening = {
            "licence": {"owner": "Uno Ltd", "serial": "1234567890"},
            "kind": "test",
            "recovery": None,
            "client": "by-hand",
        }
        opened = await _post(session, f"{running.url}/v1/migrations", opening, headers)
        yield ByHand(running.url, session, opened["id"], {**headers, "Omt-Claim": opened["claim"]})


async def _post(
    session: aiohttp.ClientSession, url: str, body: object, headers: Mapping[str, str] | None = None
) -> Any:
    async with session.post(url, json=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return json.loads(await answer.read())
