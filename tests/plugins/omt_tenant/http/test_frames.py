"""A bundle that comes in one frame of zstd: it lands as the bundle, or nothing of it does."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import zstandard

from omt_tenant.settings import TenantSettings
from tests.plugins.omt_protocol.bundle.test_cpio import cpio
from tests.plugins.omt_tenant.conftest import Answer, Client, Connect, sha256

pytestmark = pytest.mark.anyio
CONTENTS = [b"<p>letter</p>" * 300, b"", bytes(range(256)) * 9]
BUNDLE = cpio(CONTENTS)
FRAME = zstandard.compress(BUNDLE)
DIGEST = sha256(b"cpio" + b"".join(hashlib.sha256(content).digest() for content in CONTENTS))


async def create(client: Client, frame: bytes, *, first: int | None = None, digest: str = DIGEST) -> Answer:
    return await client.create(frame, "zstd-bundle", first=len(frame) if first is None else first, digest=digest)


def left(folder: Path) -> list[Path]:
    return list((folder / "uploads").iterdir())


async def test_what_is_kept_is_the_bundle_and_not_its_frame(connect: Connect, tmp_path: Path) -> None:
    async with connect() as client:
        await client.open()
        assert "zstd" in (await client.call("GET", "/v1/capabilities")).json["bundles"]
        created = await create(client, FRAME)
        assert (created.status, created.headers["Upload-Offset"]) == (201, str(len(FRAME)))
        for content in CONTENTS:
            assert (await client.call("GET", f"/v1/contents/{sha256(content)}")).body == content
        assert (await create(client, FRAME)).status == 201
    assert [path.read_bytes() for path in (tmp_path / "tenant" / "packs").rglob("*.tar")] == [BUNDLE]
    assert left(tmp_path / "tenant") == []


async def test_a_frame_goes_on_after_the_tenant_was_started_anew(connect: Connect, tmp_path: Path) -> None:
    half = len(FRAME) // 2
    async with connect() as client:
        await client.open()
        location = (await create(client, FRAME, first=half)).headers["Location"]
        before = client
    async with connect() as client:
        client.headers |= {"Omt-Claim": before.headers["Omt-Claim"]}
        assert (await client.head(location)).headers["Upload-Offset"] == str(half)
        assert (await client.patch(location, half, FRAME[half:])).status == 204
        client.migration = before.migration
        assert await client.missing(*CONTENTS) == []
    assert left(tmp_path / "tenant") == []


@pytest.mark.parametrize(
    ("frame", "digest", "code"),
    [
        (BUNDLE, DIGEST, "bundle-malformed"),
        (FRAME[:-9], DIGEST, "bundle-malformed"),
        (zstandard.compress(BUNDLE[:-1]), DIGEST, "bundle-malformed"),
        (zstandard.compress(FRAME), DIGEST, "bundle-malformed"),
        (FRAME + b"more", DIGEST, "bundle-malformed"),
        (FRAME + zstandard.compress(b"more"), DIGEST, "bundle-malformed"),
        (zstandard.compress(bytes(1 << 20)), DIGEST, "bundle-malformed"),
        (zstandard.compress(BUNDLE.replace(b"letter", b"lettre")), DIGEST, "content-mismatch"),
        (FRAME, sha256(b""), "content-mismatch"),
    ],
    ids=[
        "no frame",
        "cut",
        "bundle cut",
        "frame in a frame",
        "behind",
        "frame behind",
        "bomb",
        "another content",
        "another bundle",
    ],
)
async def test_what_is_not_the_announced_bundle_in_a_frame_leaves_nothing(
    connect: Connect, tmp_path: Path, frame: bytes, digest: str, code: str
) -> None:
    async with connect(settings=TenantSettings(bundle_bytes=100_000, member_bytes=50_000)) as client:
        await client.open()
        assert (await create(client, frame, digest=digest)).code == code
        assert await client.missing(*CONTENTS) == [sha256(content) for content in CONTENTS]
    assert left(tmp_path / "tenant") == []
    assert list((tmp_path / "tenant" / "packs").rglob("*.tar")) == []
