"""tus-js-client, as npm has it, uploads to our tenant."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.interop.node import Node
from tests.interop.tenant_by_hand import CHUNK, ByHand, tenant_by_hand

pytestmark = pytest.mark.anyio

CONTENT = random.Random(13).randbytes(2_000_003)


async def upload(
    node: Node,
    tenant: ByHand,
    folder: Path,
    content: bytes = CONTENT,
    *,
    stop_after: int | None = None,
    **options: Any,
) -> Any:
    """Upload a content, or the rest of it if the client remembers having begun; returns what tus_upload.mjs tells."""
    file = anyio.Path(folder / f"{len(content)}.bin")
    if not await file.exists():
        await file.write_bytes(content)
    words: dict[str, object] = {
        "endpoint": tenant.endpoint,
        "file": str(file),
        "storage": str(folder / "urls.json"),
        "options": {
            "chunkSize": CHUNK,
            "headers": dict(tenant.headers),
            "metadata": tenant.metadata(content),
            **options,
        },
    }
    return await node.run("tus_upload.mjs", words if stop_after is None else {**words, "stopAfter": stop_after})


@pytest.mark.parametrize(
    ("size", "at_once"),
    # The client itself fails on an empty file that is to go along with its creation.
    [(0, False), (1, False), (1, True), (CHUNK, False), (CHUNK, True), (len(CONTENT), False), (len(CONTENT), True)],
)
async def test_a_file_arrives(node: Node, tmp_path: Path, size: int, at_once: bool) -> None:
    content = CONTENT[:size]
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        told = await upload(node, tenant, tmp_path, content, uploadDataDuringCreation=at_once)
        assert told["state"] == "done", told
        assert told["requests"][0] == ["POST", 201]
        assert await tenant.holds(content)


async def test_an_upload_by_post_alone_arrives(node: Node, tmp_path: Path) -> None:
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        told = await upload(node, tenant, tmp_path, overridePatchMethod=True)
        assert told["state"] == "done", told
        assert {method for method, _ in told["requests"]} == {"POST"}
        assert await tenant.holds(CONTENT)


@pytest.mark.parametrize("restarted", [False, True], ids=["same tenant", "tenant started anew"])
async def test_an_aborted_upload_is_found_again_and_goes_on(node: Node, tmp_path: Path, restarted: bool) -> None:
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        told = await upload(node, tenant, tmp_path, stop_after=len(CONTENT) // 2)
        assert told["state"] == "stopped", told
        if not restarted:
            await go_on(node, tenant, tmp_path)
        port = int(tenant.url.rpartition(":")[2])
    if restarted:
        async with tenant_by_hand(tmp_path / "tenant", port=port) as tenant:
            await go_on(node, tenant, tmp_path)


async def go_on(node: Node, tenant: ByHand, folder: Path) -> None:
    told = await upload(node, tenant, folder)
    assert (told["state"], told["resumed"]) == ("done", True), told
    assert told["requests"][0] == ["HEAD", 200]
    # Half of the file had arrived but for what was being sent.
    assert len(told["requests"]) <= 1 + (len(CONTENT) // 2) // CHUNK + 2
    assert await tenant.holds(CONTENT)


async def test_a_whole_that_is_not_what_its_metadata_says_is_refused_and_gone(node: Node, tmp_path: Path) -> None:
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        told = await upload(node, tenant, tmp_path, metadata=tenant.metadata(b"else"))
        assert (told["state"], told["status"]) == ("failed", 460)
        assert await tenant.lacks(CONTENT)
        # What is gone is created anew.
        told = await upload(node, tenant, tmp_path)
        assert told["requests"][:2] == [["HEAD", 410], ["POST", 201]]
        assert await tenant.holds(CONTENT)


async def test_uploads_in_parallel_parts_are_refused_with_a_word(node: Node, tmp_path: Path) -> None:
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        told = await upload(node, tenant, tmp_path, parallelUploads=2)
        assert (told["state"], told["status"]) == ("failed", 400)
        assert "concatenation" in told["body"]


@pytest.mark.parametrize(("header", "status"), [("Authorization", 401), ("Omt-Claim", 409)])
async def test_without_token_or_claim_nothing_is_created(node: Node, tmp_path: Path, header: str, status: int) -> None:
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        headers = {name: value for name, value in tenant.headers.items() if name != header}
        told = await upload(node, tenant, tmp_path, headers=headers)
        assert (told["state"], told["status"]) == ("failed", status)
