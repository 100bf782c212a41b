"""Packed members: bounded whatever they become, strict about what lies behind them, read as the contents they are."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_protocol.bundle.packed import Unpacker, UnpackingError, opened
from omt_protocol.bundle.reader import BundleReader, bundle_digest, verify_bundle
from omt_protocol.protocol_error import ProtocolError
from omt_tenant.store.contents import Location, open_at

TEXT = b"<p>Dear Sir or Madam</p>" * 400


def packed_bundle(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


def packed_name(content: bytes) -> str:
    return f"{hashlib.sha256(content).hexdigest()}.gz"


def refusal(path: Path, data: bytes, *, limit: int = 1 << 20) -> ProtocolError:
    path.write_bytes(data)
    with pytest.raises(ProtocolError) as caught:
        verify_bundle(path, member_bytes=limit)
    return caught.value


@given(content=st.binary(max_size=3_000), cuts=st.lists(st.integers(1, 700), max_size=20))
def test_a_packed_member_is_verified_however_it_arrives(content: bytes, cuts: list[int]) -> None:
    data, reader = packed_bundle((packed_name(content), gzip.compress(content))), BundleReader(member_bytes=3_000)
    position = 0
    for cut in (*cuts, len(data)):
        reader.update(data[position : position + cut])
        reader = reader.copy()
        position += cut
    (member,) = reader.members()
    assert (member.digest, member.size) == (hashlib.sha256(content).digest(), len(content))
    told = hashlib.sha256(content).digest() + hashlib.sha256(gzip.compress(content)).digest()
    stored = data[member.offset : member.offset + member.stored]
    assert gzip.decompress(stored) == content
    assert len(told) == len(member.digest + member.seal)
    assert bundle_digest([member]) == hashlib.sha256(member.digest + hashlib.sha256(stored).digest()).hexdigest()


def test_packed_members_beside_others_are_opened_as_their_contents(tmp_path: Path) -> None:
    path, plain = tmp_path / "bundle", b"plain"
    name = hashlib.sha256(plain).hexdigest()
    path.write_bytes(packed_bundle((packed_name(TEXT), gzip.compress(TEXT)), (name, plain)))
    members = verify_bundle(path, member_bytes=20_000)
    read = []
    for member in members:
        with open_at(Location(path, member.offset, member.size)) as file:
            read.append(file.read())
    assert read == [TEXT, plain]


def test_what_becomes_more_than_a_member_may_have_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(64 << 20))
    assert len(bomb) < 1 << 20
    error = refusal(tmp_path / "bundle", packed_bundle((packed_name(bytes(64 << 20)), bomb)))
    assert (error.code, "becomes more than" in error.message) == ("bundle-malformed", True)
    unpacker = Unpacker(1_000)
    with pytest.raises(UnpackingError):
        unpacker.update(bomb)
    assert unpacker.size < 1 << 20


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data + gzip.compress(b"more"),
        lambda data: b"PK" + data[2:],
        lambda data: data[:20] + bytes([data[20] ^ 255]) + data[21:],
        lambda _: b"",
        lambda _: TEXT,
    ],
    ids=["cut", "byte behind", "stream behind", "not gzip", "damaged", "nothing", "not packed"],
)
def test_a_member_that_is_not_one_packed_content_is_refused(tmp_path: Path, change) -> None:
    data = packed_bundle((packed_name(TEXT), change(gzip.compress(TEXT))))
    assert refusal(tmp_path / "bundle", data).code in {"bundle-malformed", "content-mismatch"}


def test_a_packed_content_that_is_not_what_its_name_says_is_refused_by_digest(tmp_path: Path) -> None:
    error = refusal(tmp_path / "bundle", packed_bundle((packed_name(b"other"), gzip.compress(TEXT))))
    assert error.code == "content-mismatch"
    assert error.fields == {"digests": [hashlib.sha256(b"other").hexdigest()]}


@pytest.mark.parametrize("suffix", [".zst", ".gzip", ".GZ", "gz", ".gz.gz"])
def test_no_other_encoding_is_taken(tmp_path: Path, suffix: str) -> None:
    name = packed_name(TEXT).removesuffix(".gz") + suffix
    assert refusal(tmp_path / "bundle", packed_bundle((name, gzip.compress(TEXT)))).code == "bundle-malformed"


def test_a_packed_file_is_read_from_anywhere_and_says_when_it_is_damaged() -> None:
    with opened(io.BytesIO(gzip.compress(TEXT))) as file:
        file.seek(5_000)
        assert file.read(100) == TEXT[5_000:5_100]
        file.seek(3)
        assert file.read() == TEXT[3:]
    data = bytearray(gzip.compress(TEXT))
    data[-5] ^= 1
    with opened(io.BytesIO(bytes(data))) as file, pytest.raises(OSError, match="CRC"):
        file.read()
    with opened(io.BytesIO(bytes(data[:30]))) as file, pytest.raises(OSError, match="damaged"):
        file.seek(9_000)
