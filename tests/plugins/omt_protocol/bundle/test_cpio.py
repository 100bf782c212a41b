"""Bundles in the form of a cpio: one form to the byte, told from a ustar by how they begin."""

from __future__ import annotations

import gzip
import hashlib
import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omt_protocol.bundle.reader import BundleReader, Member, bundle_digest, verify_bundle
from omt_protocol.protocol_error import ProtocolError
from omt_tenant.store.contents import Location, open_at
from tests.plugins.omt_tenant.conftest import sha256

LIMIT = 1 << 20
END = f"070707{0:030o}000001{0:017o}{11:06o}{0:011o}TRAILER!!!\0".encode()


def member(name: str, data: bytes) -> bytes:
    told = f"070707{0:012o}100644{0:012o}000001{0:017o}{len(name) + 1:06o}{len(data):011o}{name}\0"
    return told.encode() + data


def cpio(contents: Sequence[bytes]) -> bytes:
    return b"".join(member(sha256(content), content) for content in contents) + END


def read(path: Path, data: bytes) -> list[Member]:
    path.write_bytes(data)
    return verify_bundle(path, member_bytes=LIMIT)


def refusal(path: Path, data: bytes) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        read(path, data)
    return caught.value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(contents=st.lists(st.binary(max_size=1_200), min_size=1, max_size=5))
def test_every_member_is_found_where_its_bytes_are(tmp_path: Path, contents: list[bytes]) -> None:
    data = cpio(contents)
    members = read(tmp_path / "bundle", data)
    assert [data[one.offset : one.offset + one.size] for one in members] == contents
    assert [one.digest for one in members] == [hashlib.sha256(content).digest() for content in contents]


def test_any_byte_that_differs_is_refused(tmp_path: Path) -> None:
    good = cpio([b"a" * 70, b""])
    for position, bit in itertools.product(range(len(good)), range(8)):
        changed = bytearray(good)
        changed[position] ^= 1 << bit
        assert refusal(tmp_path / "bundle", bytes(changed)).code in {
            "bundle-malformed", "content-mismatch", "too-large"
        }  # fmt: skip


def outcome(reader: BundleReader) -> list[Member] | tuple[str, str]:
    try:
        return reader.members()
    except ProtocolError as error:
        return error.code, error.message


@settings(deadline=None, max_examples=100)
@given(
    contents=st.lists(st.binary(max_size=300), min_size=1, max_size=4),
    changed=st.none() | st.tuples(st.integers(min_value=0, max_value=1_000), st.integers(min_value=1, max_value=255)),
    cuts=st.lists(st.integers(min_value=0, max_value=2_000), max_size=8),
)
def test_however_it_is_cut_into_pieces_the_same_is_found_in_it(
    contents: list[bytes], changed: tuple[int, int] | None, cuts: list[int]
) -> None:
    data = bytearray(cpio(contents))
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
    "data",
    [
        cpio([b"x"])[:-1],
        cpio([b"x"])[: -len(END)],
        cpio([b"x"]) + b"\0",
        cpio([b"x"]) + cpio([b"y"]),
        END,
        member("../evil", b"x") + END,
        member(f"{sha256(b'x').upper()}", b"x") + END,
        member(f"{sha256(b'x')}.xz", b"x") + END,
        cpio([b"x"]).replace(b"100644", b"120777", 1),
    ],
    ids=["cut end", "no end", "zero behind", "another", "nothing in it", "name", "upper case", "packing", "link"],
)
def test_an_archive_that_is_not_exactly_one_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path / "bundle", data).code == "bundle-malformed"


def test_a_packed_member_is_read_back_wherever_it_stands(tmp_path: Path) -> None:
    path, contents = tmp_path / "bundle", [b"first", b"text " * 300, b""]
    data = b"".join(member(f"{sha256(content)}.gz", gzip.compress(content, mtime=0)) for content in contents[:2])
    members = read(path, data + member(sha256(b""), b"") + END)
    found = []
    for one in members:
        with open_at(Location(path, one.offset, one.size)) as file:
            found.append(file.read())
    assert found == contents
    seals = [hashlib.sha256(gzip.compress(content, mtime=0)).digest() for content in contents[:2]]
    told = b"".join(one.digest + seal for one, seal in zip(members, [*seals, b""], strict=True))
    assert bundle_digest(members) == sha256(b"cpio" + told)
