"""The tus part of the client does as a server's OPTIONS says, and understands answers that say the least they may."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr
from typing_extensions import override
from yarl import URL

from omt_core.api.errors import OnlineError, OnlineRefusedError, UploadLostError, UploadMismatchError
from omt_core.api.online import Chunk
from omt_online.client.session import Response, TenantSession
from omt_online.client.tokens import MigrationSecret
from omt_online.client.tus import TusAbilities, TusLine, TusUploads, ask_abilities
from omt_online.settings import ClientSettings

pytestmark = pytest.mark.anyio

EVERYTHING = TusAbilities(
    extensions=frozenset({"creation", "creation-with-upload", "checksum", "termination"}), checksum="sha1"
)
CORE = TusAbilities(extensions=frozenset({"creation"}), checksum=None)


@dataclass
class Told(TusLine):
    """Gives the answers it was given, and keeps what was asked."""

    answers: list[Response | OnlineError]
    asked: list[tuple[str, str, bytes, Mapping[str, str]]] = field(default_factory=list)

    @property
    @override
    def host(self) -> str:
        return "receiver.example.com"

    @override
    async def send(
        self, method: str, path: str, *, content: Chunk | None = None, headers: Mapping[str, str]
    ) -> Response:
        self.asked.append((method, path, bytes(content or b""), headers))
        answer = self.answers.pop(0)
        if isinstance(answer, OnlineError):
            raise answer
        return answer

    @override
    def local_path(self, location: str, asked: str) -> str:
        return f"{asked}|{location}"


def answer(status: int, **headers: str) -> Response:
    return Response(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=b"")


def refused(code: str) -> OnlineRefusedError:
    return OnlineRefusedError(code, "No.", "None.")


@asynccontextmanager
async def session() -> AsyncIterator[TenantSession]:
    opened = TenantSession(
        URL("https://t.example.com/one"), ClientSettings(), MigrationSecret(SecretStr("s")), None, None
    )
    try:
        yield opened
    finally:
        await opened.aclose()


async def abilities(**headers: str) -> TusAbilities:
    return await ask_abilities(Told([answer(204, **headers)]), "/files")


async def test_what_is_spoken_is_asked_for() -> None:
    assert await abilities(
        Tus_Version="1.0.0,0.2.2",
        Tus_Extension="creation, creation-with-upload,checksum",
        Tus_Checksum_Algorithm="md5,sha1,crc32",
    ) == TusAbilities(extensions=frozenset({"creation", "creation-with-upload", "checksum"}), checksum="crc32")


async def test_the_sha256_of_a_file_so_far_guards_its_chunks_where_it_is_taken_and_known() -> None:
    found = await abilities(
        Tus_Version="1.0.0", Tus_Extension="creation,checksum", Tus_Checksum_Algorithm="sha1,sha256-so-far"
    )
    assert (found.checksum, found.so_far) == ("sha1", True)
    line = Told([answer(204, Upload_Offset="3")] * 3)
    for able, so_far in ((found, "ab" * 32), (found, None), (EVERYTHING, "ab" * 32)):
        await TusUploads(line, "/files", able, {}).send("/files/1", 0, b"abc", so_far)
    assert [asked[3]["Upload-Checksum"].split()[0] for asked in line.asked] == ["sha256-so-far", "sha1", "sha1"]
    assert line.asked[0][3]["Upload-Checksum"].split()[1] == "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s="


async def test_without_the_extension_no_chunk_is_checked() -> None:
    found = await abilities(Tus_Version="1.0.0", Tus_Extension="creation", Tus_Checksum_Algorithm="sha1")
    assert found.checksum is None


@pytest.mark.parametrize(("version", "extension"), [("0.2.2", "creation"), ("1.0.0", "termination"), ("", "")])
async def test_what_is_not_tus_is_refused(version: str, extension: str) -> None:
    with pytest.raises(OnlineRefusedError) as caught:
        await abilities(Tus_Version=version, Tus_Extension=extension)
    assert caught.value.code == "online-answer-not-understood"


async def test_a_creation_takes_its_first_chunk_along_with_its_checksum() -> None:
    line = Told([answer(201, Location="/a/1", Upload_Offset="3")])
    uploads = TusUploads(line, "/files", EVERYTHING, {"Omt-Claim": "c"})
    assert await uploads.create(5, {"kind": "file"}, b"abc") == ("/files|/a/1", 3)
    [(method, path, content, headers)] = line.asked
    assert (method, path, content) == ("POST", "/files", b"abc")
    assert headers == {
        "Omt-Claim": "c",
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "5",
        "Upload-Metadata": "kind ZmlsZQ==",
        "Content-Type": "application/offset+octet-stream",
        "Upload-Checksum": "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
    }


async def test_where_a_creation_takes_no_bytes_they_stay_here_and_the_upload_is_at_its_beginning() -> None:
    line = Told([answer(201, Location="1")])
    assert await TusUploads(line, "/files", CORE, {}).create(5, {}, b"abc") == ("/files|1", 0)
    [(_, _, content, headers)] = line.asked
    assert content == b""
    assert not {"Content-Type", "Upload-Checksum"} & set(headers)


async def test_a_creation_without_bytes_need_not_be_answered_with_an_offset() -> None:
    line = Told([answer(201, Location="1")])
    assert await TusUploads(line, "/files", EVERYTHING, {}).create(0, {}) == ("/files|1", 0)


async def test_where_no_chunk_is_checked_none_carries_a_checksum() -> None:
    line = Told([answer(204, Upload_Offset="3")])
    assert await TusUploads(line, "/files", CORE, {}).send("/files/1", 0, b"abc") == 3
    assert "Upload-Checksum" not in line.asked[0][3]


async def test_where_nothing_can_be_given_up_it_is_left_to_expire() -> None:
    line = Told([])
    await TusUploads(line, "/files", CORE, {}).terminate("/files/1")
    assert line.asked == []


@pytest.mark.parametrize("code", ["online-not-found", "upload-unknown"])
async def test_an_upload_that_is_not_there_is_lost_and_need_not_be_given_up(code: str) -> None:
    uploads = TusUploads(Told([refused(code)] * 3), "/files", EVERYTHING, {})
    with pytest.raises(UploadLostError):
        await uploads.offset("/files/1")
    with pytest.raises(UploadLostError):
        await uploads.send("/files/1", 0, b"abc")
    await uploads.terminate("/files/1")


async def test_a_bare_conflict_is_about_the_offset_when_a_chunk_was_sent_and_only_then() -> None:
    uploads = TusUploads(Told([refused("online-conflict")] * 2), "/files", EVERYTHING, {})
    with pytest.raises(UploadMismatchError) as caught:
        await uploads.send("/files/1", 7, b"abc")
    assert caught.value.code == "offset-mismatch"
    with pytest.raises(OnlineRefusedError):
        await uploads.offset("/files/1")


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("https://t.example.com/one/v1/uploads/7", "/v1/uploads/7"),
        ("/one/files/7?part=2", "/files/7?part=2"),
        ("7", "/v1/7"),
        ("uploads/7", "/v1/uploads/7"),
    ],
)
async def test_an_upload_may_have_any_address_below_the_tenants(location: str, path: str) -> None:
    async with session() as tenant:
        assert tenant.local_path(location, "/v1/uploads") == path


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example.com/one/v1/uploads/7",
        "http://t.example.com/one/v1/uploads/7",
        "//elsewhere.example.com/one/7",
        "/two/uploads/7",
        "/one/../two/7",
        "/one/%2e%2e/two/7",
        "/onerous/7",
    ],
)
async def test_an_upload_at_another_place_is_not_followed(location: str) -> None:
    async with session() as tenant:
        with pytest.raises(OnlineRefusedError) as caught:
            tenant.local_path(location, "/v1/uploads")
    assert caught.value.code == "online-answer-not-understood"
