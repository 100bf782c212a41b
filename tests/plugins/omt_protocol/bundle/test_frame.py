"""A bundle in a frame comes out as it went in, bounded whatever the frame would become."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from omt_protocol.bundle.frame import in_a_frame, out_of_a_frame
from omt_protocol.protocol_error import ProtocolError

LETTER = b"<p>Dear Sir or Madam</p>" * 400


def unpacked(frame: bytes, limit: int = 1 << 20) -> bytes:
    return b"".join(out_of_a_frame(io.BytesIO(frame), limit))


@given(bundle=st.binary(min_size=1, max_size=5_000))
def test_a_bundle_comes_out_as_it_went_in_and_the_frame_is_always_the_same(bundle: bytes) -> None:
    frame = in_a_frame(memoryview(bundle))
    assert unpacked(frame) == bundle
    assert in_a_frame(memoryview(bundle)) == frame


def test_what_files_have_in_common_takes_its_room_once() -> None:
    noise = b"".join(number.to_bytes(4, "big") for number in range(2_654_435_761, 2_654_435_761 + 50_000, 7))
    apart = b"".join(noise + bytes([number]) * 100_000 for number in range(5))
    assert len(in_a_frame(memoryview(apart))) < 1.1 * len(in_a_frame(memoryview(noise)))


def test_a_frame_that_becomes_more_than_is_allowed_is_refused_before_it_is_unpacked() -> None:
    bomb = zstandard.compress(bytes(200 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError, match="becomes more than 1000000 bytes") as caught:
            unpacked(bomb, 1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    assert caught.value.code == "bundle-malformed"


def test_a_frame_that_asks_for_more_memory_than_each_decoder_has_is_refused() -> None:
    greedy = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    frame = zstandard.ZstdCompressor(compression_params=greedy).compressobj()
    with pytest.raises(ProtocolError):
        unpacked(frame.compress(LETTER) + frame.flush())


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: b"07" + frame[2:],
        lambda frame: frame[:20] + bytes([frame[20] ^ 255]) + frame[21:],
        lambda frame: frame[:-1] + bytes([frame[-1] ^ 1]),
    ],
    ids=["no frame", "damaged", "checksum"],
)
def test_what_is_no_whole_frame_is_refused(change) -> None:
    with pytest.raises(ProtocolError) as caught:
        unpacked(change(in_a_frame(memoryview(LETTER))))
    assert caught.value.code == "bundle-malformed"


SKIPPED = b"\x50\x2a\x4d\x18" + (5_000).to_bytes(4, "little") + bytes(5_000)


@pytest.mark.parametrize("bundle", [LETTER, bytes(256 << 10), bytes(range(256)) * 1024 * 3], ids=len)
@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame + frame,
        lambda frame: frame + b"\0",
        lambda frame: frame + SKIPPED,
        lambda frame: SKIPPED + frame,
        lambda frame: zstandard.compress(b"") + frame,
    ],
    ids=["frame behind", "byte behind", "hidden behind", "hidden before", "empty frame before"],
)
def test_a_frame_is_one_and_nothing_stands_before_or_behind_it(change: Callable[[bytes], bytes], bundle: bytes) -> None:
    frame = in_a_frame(memoryview(bundle))
    assert unpacked(frame) == bundle
    with pytest.raises(ProtocolError) as caught:
        unpacked(change(frame))
    assert caught.value.code == "bundle-malformed"


@given(bundle=st.binary(max_size=2_000), again=st.integers(1, 400), flush=st.integers(1, 5), checksum=st.booleans())
def test_whatever_blocks_a_frame_has_its_end_is_found(bundle: bytes, again: int, flush: int, checksum: bool) -> None:
    packing = zstandard.ZstdCompressor(write_checksum=checksum).compressobj()
    pieces = [packing.compress(bundle * again) + packing.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) for _ in range(flush)]
    assert unpacked(b"".join(pieces) + packing.flush(), 10 << 20) == bundle * again * flush


def test_a_frame_that_is_cut_off_ends_with_what_there_is() -> None:
    frame = in_a_frame(memoryview(LETTER * 100))
    assert LETTER.startswith(unpacked(frame[:60])[: len(LETTER)])
    assert len(unpacked(frame[:-5])) <= len(LETTER) * 100
