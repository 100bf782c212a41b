"""A tenant on loopback, and a client of it that knows nothing but docs/reference/protocol.md."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import aiohttp
import pytest

from omt_core.api.online import CompletionProgress
from omt_tenant.embedded import serve_tenant
from omt_tenant.importing import CommittedMigration, ImportedMigration, TenantSurroundings
from omt_tenant.tenant import Clocks

CHUNK = "application/offset+octet-stream"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def b64(value: bytes | str) -> str:
    return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()


def bundle(contents: Sequence[bytes], names: Sequence[str] | None = None) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for index, content in enumerate(contents):
            member = tarfile.TarInfo(names[index] if names else sha256(content))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def bundle_digest(data: bytes) -> str:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            return sha256(b"".join(bytes.fromhex(name) for name in archive.getnames()))
    except (tarfile.TarError, ValueError):
        return sha256(data)  # what is no bundle is refused whatever it is announced by


def line(stage: str, key: str, content: bytes | None, *, part: Mapping[str, object] | None = None) -> bytes:
    record: dict[str, object] = {"stage": stage, "key": key, "name": f"{key}.bin", "size": len(content or b"")}
    record["digest"] = None if content is None else sha256(content)
    if content is None:
        record["reason"] = "document-file-missing"
    if part is not None:
        record["part"] = part
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


@dataclass
class Client:
    """Calls the tenant; `headers` are sent with every call."""

    url: str
    session: aiohttp.ClientSession
    headers: dict[str, str] = field(default_factory=dict)
    migration: str = ""

    def address(self, path: str) -> str:
        """Return the address of a path of the tenant's, or of an upload as it was told when it was created."""
        return self.url + path if path.startswith("/") else urljoin(f"{self.url}/v1/uploads", path)

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        data: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        url = self.address(path)
        sent = {name: value for name, value in ({**self.headers, **(headers or {})}).items() if value is not None}
        async with self.session.request(method, url, json=body, data=data, headers=sent) as response:
            return Answer(response.status, response.headers, await response.read())

    async def log_on(self, secret: str) -> None:
        token = (await self.call("POST", "/v1/tokens", {"secret": secret})).json["token"]
        self.headers["Authorization"] = f"Bearer {token}"

    async def open(
        self, kind: str = "live", recovery: str | None = None, client: str = "one", owner: str = "O", serial: str = "1"
    ) -> Answer:
        licence = {"owner": owner, "serial": serial}
        answer = await self.call(
            "POST", "/v1/migrations", {"licence": licence, "kind": kind, "recovery": recovery, "client": client}
        )
        if answer.status == 200:
            self.migration = answer.json["id"]
            self.headers["Omt-Claim"] = answer.json["claim"]
        return answer

    def announcement(self, data: bytes, kind: str = "file", digest: str | None = None) -> dict[str, str]:
        named = bundle_digest if kind == "bundle" else sha256
        pairs = {"kind": kind, "sha256": digest or named(data), "migration": self.migration}
        return {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(data)),
            "Upload-Metadata": ",".join(f"{key} {b64(value)}" for key, value in pairs.items()),
        }

    async def create(
        self, data: bytes, kind: str = "file", first: int = 0, digest: str | None = None, **more: str
    ) -> Answer:
        headers = self.announcement(data, kind, digest)
        if first:
            headers |= {"Content-Type": CHUNK, "Upload-Checksum": f"sha1 {b64(hashlib.sha1(data[:first]).digest())}"}
        return await self.call("POST", "/v1/uploads", data=data[:first] or None, headers={**headers, **more})

    async def patch(self, location: str, offset: int, chunk: bytes, **more: str) -> Answer:
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": str(offset),
            "Content-Type": CHUNK,
            "Upload-Checksum": f"crc32 {b64(zlib.crc32(chunk).to_bytes(4, 'big'))}",
        }
        return await self.call("PATCH", location, data=chunk, headers={**headers, **more})

    async def head(self, location: str) -> Answer:
        return await self.call("HEAD", location, headers={"Tus-Resumable": "1.0.0"})

    async def store(self, *contents: bytes) -> None:
        for content in contents:
            answer = await self.create(content, first=len(content))
            assert answer.status == 201, answer.body

    async def missing(self, *contents: bytes) -> list[str]:
        asked = [[sha256(content), len(content)] for content in contents]
        answer = await self.call("POST", f"/v1/migrations/{self.migration}/missing", {"contents": asked})
        assert answer.status == 200, answer.body
        return list(answer.json["missing"])

    async def commit(self, stage: str, *lines: bytes, snapshot: str = "s1", **more: object) -> Answer:
        manifest = b"".join(lines)
        await self.store(manifest)
        body = {"manifest": sha256(manifest), "size": len(manifest), "items": len(lines), "snapshot": snapshot}
        return await self.call("PUT", f"/v1/migrations/{self.migration}/stages/{stage}", {**body, **more})

    async def complete(self, **request: object) -> Answer:
        return await self.call("POST", f"/v1/migrations/{self.migration}/completion", request)

    async def completion(self) -> Any:
        return (await self.call("GET", f"/v1/migrations/{self.migration}/completion")).json

    async def finished(self) -> Any:
        """Ask until the completion is over; the tenant works between two questions."""
        while (answer := await self.completion())["state"] in {"verifying", "importing"}:
            pass
        return answer

    async def tenant(self) -> Any:
        return (await self.call("GET", "/v1/tenant")).json


@dataclass
class FakeImporter:
    """Imports nothing, but swaps; counts its calls and keeps what it was given."""

    calls: list[CommittedMigration] = field(default_factory=list)
    error: Exception | None = None

    async def __call__(
        self,
        migration: CommittedMigration,
        surroundings: TenantSurroundings,
        *,
        settings: object,
        progress: Callable[[CompletionProgress], None],
    ) -> ImportedMigration:
        self.calls.append(migration)
        progress(CompletionProgress(state="importing", done=1, total=2, detail="person"))
        if self.error is not None:
            raise self.error
        name = f"import-{len(self.calls)}-{len(list(surroundings.receipts.iterdir()))}"
        imported = ImportedMigration(
            database=surroundings.databases / f"{name}.duckdb",
            manifest=surroundings.receipts / f"{name}.jsonl",
            receipt=surroundings.receipts / f"{name}.json",
        )
        for path in (imported.database, imported.manifest, imported.receipt):
            path.write_text(name)
        surroundings.make_current(imported)
        return imported


@dataclass
class SteppedClock:
    """A clock that stands still until it is moved."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    @property
    def clocks(self) -> Clocks:
        return Clocks(wall=self, steady=self)


Connect = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    """Serve a folder (by default the same one each time) and log on to it."""

    @asynccontextmanager
    async def connecting(directory: Path | None = None, **options: Any) -> AsyncIterator[Client]:
        options.setdefault("importer", FakeImporter())
        async with (
            serve_tenant(directory or tmp_path / "tenant", **options) as running,
            aiohttp.ClientSession() as session,
        ):
            client = Client(running.url, session)
            await client.log_on(running.token_file.read_text().strip())
            yield client

    return connecting


@pytest.fixture
def client_type() -> type[Client]:
    """The client, for a tenant that is served elsewhere."""
    return Client


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def importer() -> FakeImporter:
    return FakeImporter()


@pytest.fixture
def make_bundle() -> Callable[..., bytes]:
    return bundle


@pytest.fixture
def make_line() -> Callable[..., bytes]:
    return line
