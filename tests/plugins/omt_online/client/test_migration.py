"""The client and the embedded tenant understand each other, call by call."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from omt_core.api.decisions import MigrationKind, RecoveryChoice
from omt_core.api.errors import OnlineError, OnlineRefusedError, UploadLostError, UploadMismatchError
from omt_core.api.items import TablePart
from omt_core.api.online import (
    CompletionRequest,
    ContentRef,
    KnownMissing,
    ManifestEntry,
    RunningDigests,
    SenderPasses,
    StageManifest,
    UploadRequest,
)
from omt_online.client import uploads
from omt_protocol.bundle.writer import CPIO, USTAR, Framing, build_bundle
from omt_tenant.embedded import RunningTenant, serve_tenant
from omt_tenant.http import tenant_calls
from omt_tenant.http.bodies import Capabilities
from omt_tenant.importing import PartToImport
from omt_tenant.migration.plan_catalogue import OfferedPlan
from omt_tenant.migration.preparation import Preparation
from omt_tenant.settings import TenantSettings
from tests.plugins.omt_online.client.tenants import LICENCE, connected

pytestmark = pytest.mark.anyio

WORDS = b"words " * 3_000


@pytest.fixture
async def tenant(tmp_path: Path) -> AsyncIterator[RunningTenant]:
    settings = TenantSettings(chunk_bytes=8_192)
    plans = [OfferedPlan(name="SalesPREM", total=3)]
    async with serve_tenant(
        tmp_path / "tenant", plans=plans, taken=["taken@example.com"], settings=settings
    ) as running:
        yield running


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def file_of(content: bytes) -> UploadRequest:
    return UploadRequest(kind="file", digest=digest_of(content), size=len(content))


async def test_status_plans_and_taken_names_are_as_the_tenant_has_them(tmp_path: Path, tenant: RunningTenant) -> None:
    async with connected(tenant, tmp_path) as target:
        status = await target.status()
        assert status.migration is None
        assert [(plan.name, plan.total) for plan in await target.plans()] == [("SalesPREM", 3)]
        names = [f"{number}@example.com" for number in range(1_500)]
        assert await target.taken_user_names([*names, "Taken@example.com"]) == {"Taken@example.com"}


async def test_a_content_is_missing_until_its_last_chunk_has_arrived(tmp_path: Path, tenant: RunningTenant) -> None:
    async with connected(tenant, tmp_path) as target:
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        asked = [ContentRef(digest=digest_of(WORDS), size=len(WORDS))]
        url, offset = await migration.create_upload(file_of(WORDS), WORDS[:8_192])
        assert offset == 8_192 == await migration.offset(url)
        assert await migration.missing(asked) == {digest_of(WORDS)}
        offset = await migration.send(url, offset, WORDS[offset : offset + 8_192])
        assert await migration.send(url, offset, WORDS[offset:]) == len(WORDS)
        assert await migration.missing(asked) == frozenset()
        assert await migration.offset(url) == len(WORDS)
        await migration.aclose()


async def test_a_tenant_that_was_empty_is_not_asked_for_what_nobody_has_sent(
    tmp_path: Path, tenant: RunningTenant
) -> None:
    sent, other = (ContentRef(digest=digest_of(content), size=len(content)) for content in (b"sent", b"other"))
    async with connected(tenant, tmp_path) as target:
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        assert isinstance(migration, KnownMissing)
        assert migration.known_missing([sent, other]) == {sent.digest, other.digest}
        await migration.create_upload(file_of(b"sent"), b"sent")
        assert migration.known_missing([sent, other]) == {other.digest}
        buffer = bytearray(CPIO.bundle_size([5]))
        buffer[CPIO.head : CPIO.head + 5] = b"other"
        bundle = build_bundle(buffer, [(other.digest, CPIO.head, 5)], CPIO)
        request = UploadRequest(kind="bundle", digest=bundle.digest, size=bundle.size, members=(other,))
        await migration.create_upload(request, bytes(buffer))
        assert migration.known_missing([sent, other]) == frozenset()
        again = await target.open(LICENCE, MigrationKind.TEST, None)
        assert isinstance(again, KnownMissing)
        assert again.known_missing([ContentRef(digest=digest_of(b"third"), size=5)]) == frozenset()
        await again.aclose()


async def test_a_tenant_where_an_upload_was_begun_is_not_empty(tmp_path: Path, tenant: RunningTenant) -> None:
    async with connected(tenant, tmp_path) as target:
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        await migration.create_upload(file_of(WORDS), WORDS[:8_192])
        again = await target.open(LICENCE, MigrationKind.TEST, None)
        assert isinstance(again, KnownMissing)
        assert again.known_missing([ContentRef(digest=digest_of(WORDS), size=len(WORDS))]) == frozenset()
        await again.aclose()


async def test_where_others_may_send_the_tenant_is_asked_for_everything(tmp_path: Path, tenant: RunningTenant) -> None:
    async with connected(tenant, tmp_path) as target:
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        assert isinstance(migration, KnownMissing)
        assert isinstance(migration, SenderPasses)
        await migration.hand_out()
        assert migration.known_missing([ContentRef(digest=digest_of(b"a"), size=1)]) == frozenset()
        await migration.aclose()


async def test_what_a_file_was_hashed_to_on_the_way_guards_its_chunks(
    tmp_path: Path, tenant: RunningTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = RunningDigests(step=4_096, digests="".join(digest_of(WORDS[:end]) for end in (4_096, 8_192, 12_288)))
    request = replace(file_of(WORDS), running=running)
    summed: list[int] = []
    monkeypatch.setitem(uploads._COMPUTE, "crc32", lambda chunk: summed.append(len(chunk)) or bytes(4))
    async with connected(tenant, tmp_path) as target:
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        url, _ = await migration.create_upload(request, WORDS[:4_096])
        with pytest.raises(UploadMismatchError) as caught:
            await migration.send(url, 4_096, bytes(8_192))
        assert caught.value.code == "checksum-mismatch"
        assert await migration.send(url, 4_096, WORDS[4_096:12_288]) == 12_288
        assert await migration.send(url, 12_288, WORDS[12_288:]) == len(WORDS)
        assert await migration.missing([ContentRef(digest=digest_of(WORDS), size=len(WORDS))]) == frozenset()
    assert summed == []


async def test_a_whole_file_goes_in_one_request_even_an_empty_one(tmp_path: Path, tenant: RunningTenant) -> None:
    async with connected(tenant, tmp_path) as target:
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        for content in (b"short", b""):
            _, offset = await migration.create_upload(file_of(content), content)
            assert offset == len(content)
            assert await migration.missing([ContentRef(digest=digest_of(content), size=len(content))]) == frozenset()


async def test_a_lie_about_the_content_is_a_mismatch(tmp_path: Path, tenant: RunningTenant) -> None:
    async with connected(tenant, tmp_path) as target:
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        with pytest.raises(UploadMismatchError):
            await migration.create_upload(file_of(b"right"), b"wrong")
        url, _ = await migration.create_upload(file_of(WORDS), WORDS[:100])
        with pytest.raises(UploadMismatchError) as caught:
            await migration.send(url, 50, WORDS[50:200])
        assert caught.value.code == "offset-mismatch"


async def test_a_terminated_upload_is_lost_and_terminating_again_is_no_error(
    tmp_path: Path, tenant: RunningTenant
) -> None:
    async with connected(tenant, tmp_path) as target:
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        url, _ = await migration.create_upload(file_of(WORDS), WORDS[:100])
        await migration.terminate(url)
        await migration.terminate(url)
        for call in (migration.offset(url), migration.send(url, 100, WORDS[100:])):
            with pytest.raises(UploadLostError):
                await call


async def test_an_upload_outlives_the_tenant_and_its_port(tmp_path: Path) -> None:
    settings = TenantSettings(chunk_bytes=8_192, claim_seconds=60)
    async with (
        serve_tenant(tmp_path / "tenant", settings=settings) as running,
        connected(running, tmp_path) as target,
    ):
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        url, _ = await migration.create_upload(file_of(WORDS), WORDS[:100])
    async with (
        serve_tenant(tmp_path / "tenant", settings=settings) as running,
        connected(running, tmp_path) as target,
    ):
        again = await target.open(LICENCE, MigrationKind.TEST, None)
        assert again.id == migration.id
        assert await again.offset(url) == 100


async def test_a_second_workspace_is_refused_until_the_claim_is_given_back(
    tmp_path: Path, tenant: RunningTenant
) -> None:
    async with connected(tenant, tmp_path / "a") as first, connected(tenant, tmp_path / "b") as second:
        migration = await first.open(LICENCE, MigrationKind.TEST, None)
        with pytest.raises(OnlineRefusedError) as caught:
            await second.open(LICENCE, MigrationKind.TEST, None)
        assert caught.value.code == "migration-claimed"
        await migration.aclose()
        assert (await second.open(LICENCE, MigrationKind.TEST, None)).id == migration.id


@pytest.mark.parametrize("wanted", [True, False])
async def test_parts_are_announced_to_a_tenant_that_takes_them(
    tmp_path: Path, tenant: RunningTenant, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    told: list[tuple[str, PartToImport]] = []
    monkeypatch.setattr(Preparation, "tell", lambda _, parts: told.extend(parts))
    monkeypatch.setattr(tenant_calls, "Capabilities", lambda **able: Capabilities(**able | {"takes_parts": wanted}))
    part = TablePart(table="Å", number=2, rows=3, fingerprint="ab" * 16, last=True)
    entries = [
        ManifestEntry(stage="database", key="k", name="n", size=5, digest="cd" * 32, part=part),
        ManifestEntry(stage="documents", key="k", name="n", size=5, digest="cd" * 32),
    ]
    async with connected(tenant, tmp_path) as target:
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        await migration.announce(entries)
        await migration.announce(entries[1:])
    assert [(name, part.number, part.size, part.last, f"{part.fingerprint:x}") for name, part in told] == (
        [("Å", 2, 5, True, "ab" * 16)] if wanted else []
    )


async def test_committing_without_the_contents_is_refused(tmp_path: Path, tenant: RunningTenant) -> None:
    line = b'{"stage":"documents","key":"1","name":"1","size":5,"digest":"%s"}\n' % digest_of(b"never").encode()
    async with connected(tenant, tmp_path) as target:
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        await migration.create_upload(file_of(line), line)
        with pytest.raises(OnlineRefusedError) as caught:
            await migration.commit(
                StageManifest(
                    stage="documents",
                    path=tmp_path,
                    digest=digest_of(line),
                    size=len(line),
                    items=1,
                    snapshot="s",
                )
            )
        assert caught.value.code == "contents-missing"
        assert digest_of(b"never") not in caught.value.message


async def test_a_completion_that_the_tenant_refuses_says_why(tmp_path: Path, tenant: RunningTenant) -> None:
    async with connected(tenant, tmp_path) as target:
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        with pytest.raises(OnlineError) as caught:
            async for _ in migration.complete(CompletionRequest()):
                pass
        assert caught.value.code
        assert caught.value.remedy


async def test_a_choice_that_is_not_possible_is_refused(tmp_path: Path, tenant: RunningTenant) -> None:
    async with connected(tenant, tmp_path) as target:
        with pytest.raises(OnlineRefusedError) as caught:
            await target.open(LICENCE, MigrationKind.TEST, RecoveryChoice.MISSING)
        assert caught.value.code == "choice-not-possible"


@pytest.mark.parametrize("framing", [USTAR, CPIO], ids=["ustar", "cpio"])
@pytest.mark.parametrize(
    ("damaged", "code"), [(700, "content-mismatch"), (10, "bundle-malformed")], ids=["in a content", "in a header"]
)
async def test_a_bundle_that_was_damaged_on_the_way_is_a_mismatch_wherever_that_hit_it(
    tmp_path: Path, tenant: RunningTenant, damaged: int, code: str, framing: Framing
) -> None:
    contents = [b"a" * 600, b"b" * 600]
    digests = [digest_of(content) for content in contents]
    buffer = bytearray(framing.bundle_size(map(len, contents)))
    places = []
    offsets = [framing.head, framing.space(600) + framing.head]
    for digest, content, offset in zip(digests, contents, offsets, strict=True):
        buffer[offset : offset + len(content)] = content
        places.append((digest, offset, len(content)))
    bundle = build_bundle(buffer, places, framing)
    size = bundle.size
    request = UploadRequest(kind="bundle", digest=bundle.digest, size=size)
    buffer[damaged] ^= 1
    async with connected(tenant, tmp_path) as target:
        migration = await target.open(LICENCE, MigrationKind.TEST, None)
        with pytest.raises(UploadMismatchError) as caught:
            await migration.create_upload(request, bytes(buffer[:size]))
        assert caught.value.code == code
        assert await migration.missing([ContentRef(digest=digest, size=600) for digest in digests]) == set(digests)
        buffer[damaged] ^= 1
        _, offset = await migration.create_upload(request, bytes(buffer[:size]))
        assert offset == size
        assert not await migration.missing([ContentRef(digest=digest, size=600) for digest in digests])
