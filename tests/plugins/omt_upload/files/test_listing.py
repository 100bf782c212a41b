"""What is read is the file that is listed under its name, and not one that the system opens instead."""

from __future__ import annotations

import ntpath
import os
import sys
from pathlib import Path

import anyio
import pytest

from omt_core.api.items import ItemState
from omt_protocol.bundle.writer import USTAR
from omt_upload.files import contents, listing
from omt_upload.files.outcome import Reading, TooLarge, Unread
from omt_upload.files.readers import Readers
from tests.plugins.omt_upload.moving import SETTINGS, digest_of


@pytest.fixture(params=["threads", "processes"])
def readers(request: pytest.FixtureRequest):
    made = Readers(reading_in(request.param), USTAR)
    yield made
    made.close()


def reading_in(reading: str):
    return SETTINGS.model_copy(update={"reading": reading})


def read(readers: Readers, *files: tuple[Path, int]) -> list[Reading | Unread | TooLarge]:
    async def small() -> list[Reading | Unread | TooLarge]:
        async with readers.small([(str(path), size) for path, size in files]) as (_, results):
            return list(results)

    return anyio.run(small)


def test_a_file_that_has_changed_since_the_inventory_is_read_as_it_is_now(readers: Readers, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"now")
    (result,) = read(readers, (tmp_path / "file", 6))
    assert isinstance(result, Reading)
    assert (result.digest, result.size) == (digest_of(b"now"), 3)


@pytest.mark.posix("there the path itself makes the difference")
def test_another_file_than_the_one_that_is_listed_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stands in for a system that takes the dot off, whatever form the path has; Windows and Wine do not."""
    (tmp_path / "letter.doc").write_bytes(b"AAAA")
    (tmp_path / "letter.doc.").write_bytes(b"BBBBBB")
    real = os.open
    monkeypatch.setattr(contents.os, "open", lambda path, flags: real(str(path).rstrip("."), flags))
    monkeypatch.setattr(contents, "_status", lambda path: Path(path.rstrip(".")).stat())
    readers = Readers(reading_in("threads"), USTAR)
    first, second = read(readers, (tmp_path / "letter.doc", 4), (tmp_path / "letter.doc.", 6))
    assert isinstance(first, Reading)
    assert isinstance(second, Unread)
    assert (second.state, second.reason) == (ItemState.FAILED, "file-changed-while-read")
    assert second.detail == "4 bytes were read, and its folder lists 6 bytes."
    large = anyio.run(readers.listed_otherwise, tmp_path / "letter.doc.", 4)
    assert large == second
    assert anyio.run(readers.listed_otherwise, tmp_path / "letter.doc.", 6) is None


def test_what_its_folder_does_not_list_is_not_sent(tmp_path: Path) -> None:
    others = listing.listed_otherwise({str(tmp_path / "gone"): 1})
    assert [why.detail for why in others.values()] == ["1 bytes were read, and its folder lists nothing of this name."]


def test_nothing_is_said_of_files_in_a_folder_that_cannot_be_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be one that can be gone into all the same; root, who may run the tests, lists any."""
    (tmp_path / "file").write_bytes(b"now")

    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert listing.listed_otherwise({str(tmp_path / "file"): 3, str(tmp_path / "other"): 4}) == {}


@pytest.mark.symlinks
def test_a_file_whose_size_cannot_be_told_keeps_no_other_from_being_listed(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    names = [f"file {number}" for number in range(20)]
    for name in names:
        (tmp_path / name).write_bytes(b"now")
    assert listing.listed_otherwise({str(tmp_path / name): 3 for name in ("circle", *names)}) == {}


def test_a_name_is_listed_in_whatever_case_where_that_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Letter.DOC").write_bytes(b"now")
    monkeypatch.setattr(os.path, "normcase", ntpath.normcase)
    assert listing.listed_otherwise({str(tmp_path / "letter.doc"): 3}) == {}
    (other,) = listing.listed_otherwise({str(tmp_path / "letter.doc"): 4}).values()
    assert other.detail == "4 bytes were read, and its folder lists 3 bytes."


if sys.platform == "win32":
    from omt_core.api.files import openable

    def test_names_that_end_in_dots_and_blanks_or_are_devices_are_read_as_themselves(
        readers: Readers, tmp_path: Path
    ) -> None:
        names = {"letter.doc": b"AAAA", "letter.doc.": b"BBBBBB", "letter.doc ": b"CC", "aux.docx": b"D"}
        for name, content in names.items():
            with Path(openable(tmp_path / name)).open("wb") as file:
                file.write(content)
        results = read(readers, *((tmp_path / name, len(content)) for name, content in names.items()))
        assert [result.digest for result in results if isinstance(result, Reading)] == list(
            map(digest_of, names.values())
        )
        for name in names:
            Path(openable(tmp_path / name)).unlink()
