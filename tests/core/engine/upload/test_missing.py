"""What the checks find missing stays in the workspace, to be read page by page and filtered."""

from __future__ import annotations

import csv
import io
import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.findings import Finding
from omt_core.api.items import Expected, FoundFiles, InventoryState, Item
from omt_core.api.plugin import Plugin, hookimpl
from omt_core.api.sentence import sentence
from omt_core.engine.checks import DOCUMENTS, check, check_now
from omt_core.engine.upload.missing import FoundMissing, MissingFile, MissingList
from tests.core.engine.sessions import session_in

pytestmark = pytest.mark.anyio

LETTER = Item(
    stage="documents",
    key="27",
    name="HH/2022.1/Brev.docx",
    presence=InventoryState.MISSING,
    reason="document-file-missing",
    candidates=("C:\\SO_ARC\\HH\\2022.2\\Brev.docx",),
    expected=Expected(path="C:\\SO_ARC\\HH\\2022.1\\Brev.docx", date="2022-03-01T10:00:00"),
)
MAIL = replace(
    LETTER, stage="attachments", key="9", name="9", candidates=(), expected=Expected(path="D:\\att\\9", size=12)
)


class Lacks(Plugin):
    """Finds these items."""

    found: Sequence[Item] = ()

    @override
    @hookimpl
    async def validate_documents(self, call: calls.ValidateDocuments) -> Sequence[Finding]:
        assert call.missing is not None
        for stage in ("documents", "attachments"):
            await call.missing.begin(stage)
            await call.missing.add([item for item in self.found if item.stage == stage])
        return ()


@pytest.fixture(autouse=True)
def _lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    found = replace(LETTER, key="1", presence=InventoryState.FOUND, path=Path("x"), reason="", expected=None)
    monkeypatch.setattr(Lacks, "found", (LETTER, MAIL, found))


async def test_what_is_missing_is_told_with_its_whole_path_and_what_the_database_knows(tmp_path: Path) -> None:
    async with session_in(tmp_path, lacks=Lacks) as session:
        await check_now(session, (DOCUMENTS,))
    page = await MissingList(tmp_path).page()
    assert (page.matching, page.all) == (2, 2)
    mail, letter = page.files
    assert mail == MissingFile(stage="attachments", key="9", name="9", reason=MAIL.reason, path="D:\\att\\9", size=12)
    assert (letter.path, letter.date, letter.candidates) == (
        "C:\\SO_ARC\\HH\\2022.1\\Brev.docx",
        "2022-03-01T10:00:00",
        LETTER.candidates,
    )


async def test_what_cannot_be_read_is_listed_too_and_all_are_counted_by_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread = replace(
        LETTER, key="28", presence=InventoryState.UNREADABLE, path=tmp_path / "Brev.docx", reason="file-unreadable",
        expected=None,
    )  # fmt: skip
    monkeypatch.setattr(Lacks, "found", (LETTER, unread))
    async with session_in(tmp_path, lacks=Lacks) as session:
        await check_now(session, (DOCUMENTS,))
    page = await MissingList(tmp_path).page(reason="file-unreadable")
    assert [(one.key, one.path) for one in page.files] == [("28", str(tmp_path / "Brev.docx"))]
    assert (page.matching, page.all) == (1, 2)
    assert page.reasons == {"document-file-missing": 1, "file-unreadable": 1}


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
async def test_the_list_is_for_this_account_alone(tmp_path: Path) -> None:
    async with session_in(tmp_path, lacks=Lacks) as session:
        await check_now(session, (DOCUMENTS,))
    modes = {
        path.name: stat.S_IMODE((await path.stat()).st_mode) async for path in anyio.Path(tmp_path).glob("missing-*")
    }
    assert modes == {"missing-documents.jsonl": 0o600, "missing-attachments.jsonl": 0o600}


@pytest.mark.parametrize(
    ("text", "keys"), [("c:\\so_arc BREV", ["27"]), ("brev nothing", []), ("", ["9", "27"]), ("2022-03", ["27"])]
)
async def test_the_list_is_filtered_by_words_of_any_field(tmp_path: Path, text: str, keys: Sequence[str]) -> None:
    async with session_in(tmp_path, lacks=Lacks) as session:
        await check_now(session, (DOCUMENTS,))
    page = await MissingList(tmp_path).page(text)
    assert [one.key for one in page.files] == keys
    assert (page.matching, page.all) == (len(keys), 2)


async def test_a_check_that_nobody_takes_leaves_the_list_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with session_in(tmp_path, lacks=Lacks) as session:
        await check_now(session, (DOCUMENTS,))
        monkeypatch.setattr(Lacks, "found", (MAIL,))
        await check(session.engine, session.now, (DOCUMENTS,))
        assert (await MissingList(tmp_path).page()).all == 2
        await check_now(session, (DOCUMENTS,))
        assert (await MissingList(tmp_path).page()).all == 1


async def test_what_one_plugin_is_asked_alone_leaves_the_files_of_other_stages(tmp_path: Path) -> None:
    for stage, item, whole in (("documents", LETTER, True), ("attachments", MAIL, False)):
        found = FoundMissing(tmp_path)
        await found.begin(stage)
        await found.add([item])
        await found.keep(whole=whole)
    assert (await MissingList(tmp_path).page()).all == 2
    again = FoundMissing(tmp_path)
    await again.begin("documents")
    await again.keep(whole=True)
    assert (await MissingList(tmp_path).page()).all == 0


async def test_a_spreadsheet_takes_no_name_of_a_file_for_a_formula(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lacks, "found", (replace(LETTER, name="=cmd|calc", key="a\udc80"),))
    async with session_in(tmp_path, lacks=Lacks) as session:
        await check_now(session, (DOCUMENTS,))
    content = (await MissingList(tmp_path).csv("en")).decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(content))
    assert (line["name"], line["id"], line["expected_path"]) == (
        "'=cmd|calc",
        "a\\udc80",
        "C:\\SO_ARC\\HH\\2022.1\\Brev.docx",
    )


async def test_what_happened_to_a_file_that_is_there_is_said_in_the_readers_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detail = sentence("A folder lies in its place.")
    unreadable = replace(LETTER, presence=InventoryState.UNREADABLE, expected=None, path=Path("x"), detail=detail)
    monkeypatch.setattr(Lacks, "found", (unreadable,))
    async with session_in(tmp_path, lacks=Lacks) as session:
        await check_now(session, (DOCUMENTS,))
    (file,) = (await MissingList(tmp_path).page()).files
    assert (file.detail, file.detail_template) == (detail, detail.template)
    (line,) = csv.DictReader(io.StringIO((await MissingList(tmp_path).csv("de")).decode("utf-8-sig")))
    assert line["detail"] == "An seiner Stelle liegt ein Ordner."


@pytest.mark.posix("a link to nothing stands for a file that goes between the look and the reading")
async def test_a_list_that_a_newer_check_has_just_removed_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "missing-documents.jsonl").symlink_to(tmp_path / "gone")
    assert (await MissingList(tmp_path).page()).all == 0


class NoItems(FoundFiles):
    """Refuses to make an item, of which there may be millions."""

    @override
    def __getitem__(self, index: int | slice) -> Any:
        raise AssertionError("an item was made")


async def test_of_files_that_are_all_there_no_item_is_made(tmp_path: Path) -> None:
    found = FoundMissing(tmp_path)
    await found.begin("documents")
    column = ("1", "2")
    await found.add(
        NoItems(
            stage="documents", keys=column, names=column, locations=column,
            sizes=(1, 2), mtimes_ns=(1, 2), ctimes_ns=(1, 2),
        )
    )  # fmt: skip
    await found.keep(whole=True)
    assert (await MissingList(tmp_path).page()).all == 0
