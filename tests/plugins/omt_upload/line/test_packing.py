"""Packing is for what shrinks by it, on a line that is slow, to an online side that unpacks."""

from __future__ import annotations

import hashlib
import random

import anyio
import pytest
import zstandard

from omt_protocol.bundle.writer import CPIO
from omt_upload.line.packing import Packer, Ready, make_ready
from omt_upload.settings import UploadSettings

WORDS = [f"word{number}" for number in range(900)]
TEXT = " ".join(random.Random(3).choices(WORDS, k=3_000)).encode()
NOISE = random.Random(3).randbytes(40_000)


def packer(compress: str = "auto", *forms: str) -> Packer:
    return Packer(UploadSettings.model_validate({"compress": compress}), forms or ("ustar", "zstd"))


def ready(content: bytes, packer: Packer | None) -> tuple[Ready, bytes]:
    buffer = bytearray(CPIO.bundle_size([len(content)]))
    buffer[CPIO.head : CPIO.head + len(content)] = content
    members = [(hashlib.sha256(content).hexdigest(), CPIO.head, len(content))]
    bundle = anyio.run(make_ready, buffer, members, CPIO, packer)
    return bundle, bytes(buffer[: bundle.size])


def test_a_bundle_of_text_goes_in_a_frame_and_is_announced_as_the_bundle() -> None:
    (kind, digest, size), data = ready(TEXT, packer())
    plain, whole = ready(TEXT, None)
    assert (kind, plain.kind, digest) == ("zstd-bundle", "bundle", plain.digest)
    assert zstandard.decompress(data) == whole
    assert size < 0.5 * plain.size


def test_what_would_not_shrink_enough_goes_as_it_is() -> None:
    assert ready(NOISE, packer("always")) == ready(NOISE, None)


@pytest.mark.parametrize(
    ("compress", "speed", "wanted"),
    [
        ("auto", None, False),
        ("auto", 1e6, True),
        ("auto", 1e9, False),
        ("never", None, False),
        ("never", 1e6, False),
        ("always", None, True),
        ("always", 1e9, True),
    ],
)
def test_the_settings_and_the_line_decide(compress: str, speed: float | None, wanted: bool) -> None:
    assert packer(compress).wanted(speed) is wanted


def test_nothing_is_packed_for_an_online_side_that_does_not_unpack() -> None:
    assert not packer("always", "ustar", "cpio").wanted(1e3)


@pytest.mark.anyio
async def test_so_many_are_packed_at_once_as_there_are_readers_and_what_is_not_packed_goes_by() -> None:
    packing = Packer(UploadSettings(compress="always", readers=1), ("zstd",))
    done: list[str] = []

    async def make(packer: Packer | None) -> None:
        buffer = bytearray(CPIO.bundle_size([0]))
        done.append((await make_ready(buffer, [(hashlib.sha256().hexdigest(), CPIO.head, 0)], CPIO, packer)).digest)

    async with anyio.create_task_group() as bundles, packing.limiter:
        bundles.start_soon(make, packing)
        await anyio.wait_all_tasks_blocked()
        await make(None)
        assert len(done) == 1
    assert len(done) == 2
