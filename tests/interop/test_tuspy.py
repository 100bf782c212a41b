"""tuspy, as PyPI has it, uploads to our tenant."""

from __future__ import annotations

import hashlib
import io
import random
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError
from tusclient.storage.filestorage import FileStorage
from tusclient.uploader import Uploader

from omt_core.testing.fault_proxy import fault_proxy
from omt_core.testing.faults import Cut
from tests.interop.tenant_by_hand import CHUNK, ByHand, tenant_by_hand

pytestmark = pytest.mark.anyio

CONTENT = random.Random(11).randbytes(2_000_003)


class Lasting(io.BytesIO):
    def close(self) -> None:
        """Stay open: tuspy closes what it reads once it has taken the fingerprint to remember an upload by."""


def uploader_for(tenant: ByHand, content: bytes = CONTENT, *, kind: type[Uploader] = Uploader, **options: Any) -> Any:
    """Make an uploader with all that the protocol asks of a plain tus client. Asks the tenant when there is a `url`."""
    client = TusClient(options.pop("endpoint", tenant.endpoint), headers=dict(tenant.headers))
    options = {"chunk_size": CHUNK, "metadata": tenant.metadata(content), **options}
    return kind(file_stream=Lasting(content), client=client, **options)


def upload(tenant: ByHand, content: bytes = CONTENT, **options: Any) -> Any:
    uploader = uploader_for(tenant, content, **options)
    uploader.upload()
    return uploader


async def in_thread(call: Any, *words: Any, **options: Any) -> Any:
    return await anyio.to_thread.run_sync(partial(call, *words, **options))


async def refusal_of(call: Any, *words: Any, **options: Any) -> int:
    """Return the status with which the tenant refuses what a call does."""
    with pytest.raises(TusCommunicationError) as caught:
        await in_thread(call, *words, **options)
    return int(caught.value.status_code)


@pytest.mark.parametrize("checked", [False, True], ids=["without checksums", "with checksums"])
@pytest.mark.parametrize("size", [0, 1, CHUNK, len(CONTENT)])
async def test_a_file_arrives(tmp_path: Path, size: int, checked: bool) -> None:
    content = CONTENT[:size]
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        assert await tenant.lacks(content)
        uploader = await in_thread(upload, tenant, content, upload_checksum=checked)
        assert await tenant.holds(content)
        assert await in_thread(uploader.get_offset) == size


async def test_an_interrupted_upload_is_found_again_and_goes_on(tmp_path: Path) -> None:
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        with closing(FileStorage(str(tmp_path / "urls.json"))) as storage:
            kept = {"store_url": True, "url_storage": storage}
            first = await in_thread(uploader_for, tenant, **kept)
            await in_thread(first.upload, stop_at=3 * CHUNK)
            second = await in_thread(uploader_for, tenant, **kept)
            assert (second.url, second.offset) == (first.url, 3 * CHUNK)
            await in_thread(second.upload)
        assert await tenant.holds(CONTENT)


async def test_an_upload_goes_on_after_the_tenant_was_stopped_and_started(tmp_path: Path) -> None:
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        first = await in_thread(uploader_for, tenant)
        await in_thread(first.upload, stop_at=3 * CHUNK)
        path = first.url.removeprefix(tenant.url)
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        second = await in_thread(uploader_for, tenant, url=f"{tenant.url}{path}")
        assert second.offset == 3 * CHUNK
        await in_thread(second.upload)
        assert await tenant.holds(CONTENT)


@pytest.mark.parametrize("checked", [False, True], ids=["without checksums", "with checksums"])
async def test_a_line_that_is_cut_in_a_body_costs_one_chunk(tmp_path: Path, checked: bool) -> None:
    async with (
        tenant_by_hand(tmp_path / "tenant") as tenant,
        fault_proxy(int(tenant.url.rpartition(":")[2])) as proxy,
    ):
        # tuspy makes a connection for each request: the creation, three chunks, and half of a fourth.
        proxy.plan([None, None, None, None, Cut(after=CHUNK // 2)])
        first = await in_thread(uploader_for, tenant, endpoint=f"{proxy.url}/v1/uploads", upload_checksum=checked)
        with pytest.raises(TusCommunicationError):
            await in_thread(first.upload)
        second = await in_thread(uploader_for, tenant, url=first.url, upload_checksum=checked)
        assert second.offset == 3 * CHUNK
        await in_thread(second.upload)
        assert await tenant.holds(CONTENT)


async def test_a_whole_that_is_not_what_its_metadata_says_is_refused_and_gone(tmp_path: Path) -> None:
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        uploader = await in_thread(uploader_for, tenant, metadata=tenant.metadata(b"else"))
        assert await refusal_of(uploader.upload) == 460
        assert await refusal_of(uploader.get_offset) == 410
        assert await tenant.lacks(CONTENT)


class Damaging(Uploader):
    CHECKSUM_ALGORITHM_PAIR = ("sha1", lambda chunk: hashlib.sha1(chunk + b"!", usedforsecurity=False))


class Md5(Uploader):
    CHECKSUM_ALGORITHM_PAIR = ("md5", lambda chunk: hashlib.md5(chunk, usedforsecurity=False))


@pytest.mark.parametrize(("kind", "status"), [(Damaging, 460), (Md5, 400)])
async def test_a_chunk_whose_checksum_is_wrong_or_unknown_is_dropped(
    tmp_path: Path, kind: type[Uploader], status: int
) -> None:
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        uploader = await in_thread(uploader_for, tenant, kind=kind, upload_checksum=True)
        assert await refusal_of(uploader.upload) == status
        assert await in_thread(uploader.get_offset) == 0
        await in_thread(upload, tenant, url=uploader.url)
        assert await tenant.holds(CONTENT)


async def test_a_body_beyond_the_limit_is_refused_and_shorter_ones_go_on(tmp_path: Path) -> None:
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        uploader = await in_thread(uploader_for, tenant, chunk_size=CHUNK + 1)
        assert await refusal_of(uploader.upload) == 413
        await in_thread(upload, tenant, url=uploader.url)
        assert await tenant.holds(CONTENT)


@pytest.mark.parametrize(("header", "status"), [("Authorization", 401), ("Omt-Claim", 409)])
async def test_without_token_or_claim_nothing_is_created(tmp_path: Path, header: str, status: int) -> None:
    async with tenant_by_hand(tmp_path / "tenant") as tenant:
        uploader = await in_thread(uploader_for, tenant)
        del uploader.client.headers[header]
        assert await refusal_of(uploader.upload) == status
