"""Packing is for what shrinks by it, on a line that is slow, to an online side that unpacks."""

from __future__ import annotations

import gzip
import random

import pytest

from omt_protocol.bundle.writer import USTAR
from omt_upload.line.packing import Packer
from omt_upload.settings import UploadSettings

WORDS = [f"word{number}" for number in range(900)]
TEXT = " ".join(random.Random(3).choices(WORDS, k=3_000)).encode()
NOISE = random.Random(3).randbytes(40_000)


def packer(compress: str = "auto", *encodings: str) -> Packer:
    return Packer(UploadSettings.model_validate({"compress": compress}), encodings or ("gzip",), USTAR)


def test_text_is_packed_as_gzip_and_always_the_same() -> None:
    packed = packer().pack(memoryview(TEXT))
    assert packed is not None
    assert gzip.decompress(packed.data) == TEXT
    assert len(packed.data) < 0.6 * len(TEXT)
    assert packer().pack(memoryview(TEXT)) == packed


@pytest.mark.parametrize(
    "content",
    [
        NOISE,
        b"\xff\xd8\xff\xe0" + TEXT,
        b"PK\x03\x04" + TEXT,
        b"%PDF-1.7" + TEXT,
        b"PAR1" + TEXT,
        TEXT[:900],
        b"",
        NOISE + TEXT,
    ],
    ids=["noise", "jpeg", "zip", "pdf", "parquet", "small", "empty", "begins with noise"],
)
def test_what_would_not_shrink_enough_is_left_as_it_is(content: bytes) -> None:
    assert packer("always").pack(memoryview(content)) is None


@pytest.mark.parametrize(
    ("compress", "speed", "wanted"),
    [
        ("auto", None, False),
        ("auto", 1e6, True),
        ("auto", 1e9, False),
        ("never", 1e6, False),
        ("always", None, True),
        ("always", 1e9, True),
    ],
)
def test_the_settings_and_the_line_decide(compress: str, speed: float | None, wanted: bool) -> None:
    assert packer(compress).wanted(speed) is wanted


def test_nothing_is_packed_for_an_online_side_that_does_not_unpack() -> None:
    assert not packer("always", "zstd").wanted(1e3)
