"""Bundles are read strictly: a bundle is kept as it came, so nothing may hide in it."""

from __future__ import annotations

import hashlib
import io
import itertools
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omt_protocol.bundle.reader import BundleReader, Member, verify_bundle
from omt_protocol.protocol_error import ProtocolError

LIMIT = 1 << 20
BLOCK = 512


def refusal(path: Path, data: bytes) -> ProtocolError:
    path.write_bytes(data)
    with pytest.raises(ProtocolError) as caught:
        verify_bundle(path, member_bytes=LIMIT)
    return caught.value


def resealed(data: bytes, position: int, value: bytes) -> bytes:
    """Overwrite bytes of the first header and make its checksum right again."""
    changed = bytearray(data)
    changed[position : position + len(value)] = value
    changed[148:156] = b" " * 8
    changed[148:156] = b"%06o\0 " % sum(changed[:BLOCK])
    return bytes(changed)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(contents=st.lists(st.binary(max_size=1_200), min_size=1, max_size=5))
def test_every_member_is_found_where_its_bytes_are(tmp_path, make_bundle, contents):
    path = tmp_path / "bundle"
    data = make_bundle(contents)
    path.write_bytes(data)
    members = verify_bundle(path, member_bytes=LIMIT)
    assert [data[member.offset : member.offset + member.size] for member in members] == contents
    assert [member.digest for member in members] == [hashlib.sha256(content).digest() for content in contents]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(position=st.integers(min_value=0, max_value=3 * BLOCK - 1), value=st.integers(min_value=1, max_value=255))
def test_any_byte_that_differs_is_either_harmless_padding_of_a_header_or_refused(
    tmp_path, make_bundle, position, value
):
    path = tmp_path / "bundle"
    good = make_bundle([b"a" * 700])
    changed = bytearray(good)
    changed[position] ^= value
    path.write_bytes(changed)
    with pytest.raises(ProtocolError):
        verify_bundle(path, member_bytes=LIMIT)


def outcome(reader: BundleReader) -> list[Member] | tuple[str, str, dict[str, object]]:
    """Return what a reader came to, in a form that can be compared."""
    try:
        return reader.members()
    except ProtocolError as error:
        return (error.code, error.message, dict(error.fields))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(
    contents=st.lists(st.binary(max_size=1_200), min_size=1, max_size=4),
    changed=st.none() | st.tuples(st.integers(min_value=0, max_value=6_000), st.integers(min_value=1, max_value=255)),
    cuts=st.lists(st.integers(min_value=0, max_value=12_000), max_size=8),
)
def test_however_a_bundle_is_cut_into_pieces_the_same_is_found_in_it(make_bundle, contents, changed, cuts):
    data = bytearray(make_bundle(contents))
    if changed is not None:
        data[changed[0] % len(data)] ^= changed[1]
    whole, pieces = BundleReader(member_bytes=LIMIT), BundleReader(member_bytes=LIMIT)
    whole.update(bytes(data))
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for begin, end in itertools.pairwise(places):
        dropped = pieces.copy()
        pieces.update(bytes(data[begin:end]))
        dropped.update(b"a chunk whose checksum differed")
    assert outcome(pieces) == outcome(whole)


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (156, b"5"),
        (156, b"2"),
        (156, b"x"),
        (157, b"target"),
        (345, b"prefix"),
        (0, b"../evil\0"),
        (0, b"A"),
        (257, b"gnu"),
    ],
    ids=["folder", "link", "extension", "link target", "prefix", "other name", "upper case", "other magic"],
)
def test_a_member_that_is_no_plain_file_named_by_its_digest_is_refused(tmp_path, make_bundle, position, value):
    assert refusal(tmp_path / "bundle", resealed(make_bundle([b"x"]), position, value)).code == "bundle-malformed"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:BLOCK],
        lambda data: data[: 2 * BLOCK],
        lambda data: data[: 3 * BLOCK],
        lambda data: data + b"\1",
        lambda data: data + bytes(20 * BLOCK),
        lambda data: data[: 4 * BLOCK - 1],
        lambda data: bytes(10_240),
        lambda data: b"",
        lambda data: b"PK\3\4" + data,
    ],
    ids=[
        "cut in member",
        "no end",
        "half an end",
        "rest",
        "too much padding",
        "odd length",
        "nothing in it",
        "empty",
        "zip",
    ],
)
def test_an_archive_that_is_not_exactly_one_is_refused(tmp_path, make_bundle, change):
    assert refusal(tmp_path / "bundle", change(make_bundle([b"x"]))).code == "bundle-malformed"


def test_something_behind_a_members_content_is_refused(tmp_path, make_bundle):
    data = bytearray(make_bundle([b"x"]))
    data[2 * BLOCK - 1] = 1
    assert refusal(tmp_path / "bundle", bytes(data)).code == "bundle-malformed"


def test_the_shortest_end_of_two_blocks_is_taken(tmp_path, make_bundle):
    path = tmp_path / "bundle"
    path.write_bytes(make_bundle([b"x"])[: 4 * BLOCK])
    assert len(verify_bundle(path, member_bytes=LIMIT)) == 1


def test_a_long_name_by_an_extension_header_is_refused(tmp_path):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("n" * 200)
        archive.addfile(member, io.BytesIO())
    assert refusal(tmp_path / "bundle", file.getvalue()).code == "bundle-malformed"
