"""The inventory of documents, held against what was planted."""

from __future__ import annotations

import errno
import os
import re
from collections import Counter
from dataclasses import replace

import pytest

from omt_archive.documents.roots import period_of
from omt_archive.settings import ArchiveSettings
from omt_core.api.items import InventoryState

pytestmark = pytest.mark.anyio


async def test_a_clean_archive_is_found_whole(clean_site):
    items = await clean_site.items("documents")
    assert Counter(item.presence for item in items) == {InventoryState.FOUND: 400}
    assert len(items) == sum(clean_site.truth["counts"]["files"]["documents_by_archive"].values())


async def test_a_found_document_is_told_with_its_file_size_and_time(clean_site):
    for item in (await clean_site.items("documents"))[:50]:
        status = item.path.stat()
        assert (item.size, item.mtime_ns) == (status.st_size, status.st_mtime_ns)
        login, period, name = item.name.split("/")
        assert item.path.name == name
        assert item.path.parent.parent.name == login
        assert re.fullmatch(r"\d{4}\.[12]", period)


async def test_every_row_has_exactly_one_item(planted_site):
    keys = Counter(item.key for item in await planted_site.items("documents"))
    assert set(keys.values()) == {1}
    assert {str(number) for number in range(1, 401)} <= keys.keys()


@pytest.mark.parametrize(
    ("slug", "presence", "reason"),
    [
        ("missing-file", InventoryState.MISSING, "document-file-missing"),
        ("wrong-period", InventoryState.MISSING, "document-file-misplaced"),
        ("blank-name", InventoryState.REFUSED, "document-name-blank"),
        ("no-appointment", InventoryState.REFUSED, "document-without-appointment"),
        ("missing-associate", InventoryState.REFUSED, "document-without-owner"),
        ("hostile-name", InventoryState.REFUSED, "document-name-hostile"),
        ("other-provider", InventoryState.ELSEWHERE, "document-stored-elsewhere"),
        ("unreadable", InventoryState.UNREADABLE, "file-unreadable"),
        ("orphan", InventoryState.ORPHAN, "file-without-document"),
    ],
)
async def test_each_plant_is_told_with_its_reason_and_nothing_else_is(planted_site, slug, presence, reason):
    told = [item for item in await planted_site.items("documents") if item.reason == reason]
    assert {item.presence for item in told} == {presence}
    assert sorted(item.name if slug == "orphan" else item.key for item in told) == planted_site.subjects(slug)


async def test_a_file_in_other_case_is_found(planted_site):
    items = {item.key: item for item in await planted_site.items("documents")}
    for key in planted_site.subjects("wrong-case"):
        assert items[key].presence is InventoryState.FOUND


async def test_an_empty_file_is_found(planted_site):
    items = {item.key: item for item in await planted_site.items("documents")}
    empty = {key for key, item in items.items() if item.presence is InventoryState.FOUND and item.size == 0}
    assert sorted(empty) == planted_site.subjects("zero-bytes")


async def test_a_misplaced_file_is_the_nearest_candidate(planted_site):
    items = {item.key: item for item in await planted_site.items("documents")}
    for plant in planted_site.truth["plants"]["wrong-period"]["items"]:
        assert items[str(plant["document_id"])].candidates[0] == plant["stored"]


async def test_a_missing_document_says_where_it_is_expected(planted_site):
    items = {item.key: item for item in await planted_site.items("documents")}
    for plant in planted_site.truth["plants"]["missing-file"]["items"]:
        assert plant["expected"] in items[str(plant["document_id"])].detail


async def test_a_document_at_a_border_is_found_in_the_neighbouring_period(new_site):
    site = new_site()
    item = next(one for one in await site.items("documents") if one.key == "1")
    assert item.name.split("/")[1] == "2014.1"
    neighbour = item.path.parent.parent / "2013.2"
    neighbour.mkdir(exist_ok=True)
    item.path.rename(neighbour / item.path.name)
    items = await site.items("documents")
    again = next(one for one in items if one.key == "1")
    assert again.presence is InventoryState.FOUND
    assert again.path.parent == neighbour
    assert again.name == item.name
    assert all(one.presence is InventoryState.FOUND for one in items)


async def test_the_first_archive_that_has_the_file_wins_and_the_other_copy_is_told(new_site):
    site = new_site()
    first, second = site.installation.archives
    item = next(one for one in await site.items("documents") if one.path.is_relative_to(first))
    copy = second / item.path.relative_to(first)
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(b"older")
    items = await site.items("documents")
    assert next(one for one in items if one.key == item.key).path == item.path
    assert [(one.path, one.reason) for one in items if one.presence is InventoryState.ORPHAN] == [
        (copy, "document-file-shadowed")
    ]


async def test_the_appointments_associate_owns_a_document_and_whoever_registered_it_only_where_there_is_none(new_site):
    site = new_site()
    item = next(one for one in await site.items("documents") if one.key == "8")
    site.run("UPDATE appointment SET associate_id = 0 WHERE appointment_id = 8")
    site.run(
        "UPDATE document SET registered_associate_id = (SELECT associate_id FROM associate WHERE name = ?)"
        " WHERE document_id = 8",
        (item.name.split("/")[0],),
    )
    assert next(one for one in await site.items("documents") if one.key == "8").path == item.path


@pytest.mark.symlinks
async def test_a_link_out_of_the_archive_is_refused_unless_its_target_is_trusted(new_site, tmp_path):
    site = new_site()
    item = next(one for one in await site.items("documents") if one.key == "5")
    outside = tmp_path / "outside" / "secret.docx"
    outside.parent.mkdir()
    item.path.rename(outside)
    item.path.symlink_to(outside)
    refused = next(one for one in await site.items("documents") if one.key == "5")
    assert (refused.presence, refused.reason) == (InventoryState.REFUSED, "file-outside-root")
    settings = ArchiveSettings(trusted_folders=(outside.parent,))
    trusted = next(one for one in await site.items("documents", settings) if one.key == "5")
    assert (trusted.presence, trusted.size) == (InventoryState.FOUND, outside.stat().st_size)


@pytest.mark.symlinks
async def test_a_period_folder_that_is_a_link_out_of_the_archive_is_refused(new_site, tmp_path):
    site = new_site()
    item = next(one for one in await site.items("documents") if one.key == "5")
    moved = tmp_path / "moved"
    item.path.parent.rename(moved)
    item.path.parent.symlink_to(moved)
    refused = next(one for one in await site.items("documents") if one.key == "5")
    assert (refused.presence, refused.reason) == (InventoryState.REFUSED, "file-outside-root")


@pytest.mark.symlinks
async def test_a_link_inside_the_archive_is_followed(new_site):
    site = new_site()
    item = next(one for one in await site.items("documents") if one.key == "5")
    target = item.path.parent.parent / "kept elsewhere.docx"
    item.path.rename(target)
    item.path.symlink_to(target)
    assert next(one for one in await site.items("documents") if one.key == "5").size == item.size


async def test_a_folder_in_the_place_of_a_file_is_unreadable(new_site):
    site = new_site()
    item = next(one for one in await site.items("documents") if one.key == "5")
    item.path.unlink()
    item.path.mkdir()
    again = next(one for one in await site.items("documents") if one.key == "5")
    assert (again.presence, again.reason) == (InventoryState.UNREADABLE, "file-unreadable")


async def test_versions_beside_a_file_and_unfinished_writes_are_not_orphans(new_site):
    site = new_site()
    item = next(one for one in await site.items("documents") if one.key == "5")
    versions = item.path.with_suffix("")
    versions.mkdir()
    (versions / "x-001.docx").write_bytes(b"1")
    item.path.with_name("half.NEW").write_bytes(b"2")
    left = [one for one in await site.items("documents") if one.presence is InventoryState.ORPHAN]
    assert [(one.path, one.reason) for one in left] == [(versions, "document-versions")]


async def test_a_document_without_a_date_is_expected_in_the_current_period(new_site):
    site = new_site()
    site.run("UPDATE document SET registered = '1970-01-01 00:00:00' WHERE document_id = 5")
    item = next(one for one in await site.items("documents") if one.key == "5")
    assert item.presence is InventoryState.MISSING
    assert item.reason == "document-file-misplaced"
    assert len(item.candidates) == 1


@pytest.mark.parametrize("date", ["0001-01-01 00:00:00", "0999-12-31 20:00:00", "0044-03-15 00:00:00 BC", "none"])
async def test_a_document_of_an_unlikely_date_is_told_as_any_other(new_site, date):
    site = new_site()
    before = {item.key: item for item in await site.items("documents")}
    site.run("UPDATE document SET registered = ? WHERE document_id = 1", (date,))
    after = {item.key: item for item in await site.items("documents")}
    assert before.keys() <= after.keys()
    assert after["1"].presence is InventoryState.MISSING
    assert after["1"].reason == "document-file-misplaced"


@pytest.mark.parametrize("folder", ["\u0662\u0660\u0660\u0666.1", "200\u0666.1"])
def test_a_period_is_written_in_plain_digits(folder):
    assert period_of(folder) is None


async def test_names_that_are_no_text_survive(new_site):
    site = new_site()
    item = next(one for one in await site.items("documents") if one.key == "5")
    strange = item.path.with_name("br\udce6v.docx")
    strange.write_bytes(b"1")
    orphan = next(one for one in await site.items("documents") if one.presence is InventoryState.ORPHAN)
    assert orphan.name.endswith("br\\udce6v.docx")
    assert orphan.key.encode()
    assert orphan.path == strange


async def test_memory_bounded_to_a_few_entries_still_tells_every_row_and_file(planted_site):
    bounded = await planted_site.items("documents", ArchiveSettings(remembered_per_owner=1, batch_items=7))
    whole = await planted_site.items("documents")
    assert {one.key for one in whole} <= {one.key for one in bounded}
    assert len({one.key for one in bounded}) == len(bounded)


async def test_similar_names_are_candidates(new_site):
    site = new_site()
    item = next(one for one in await site.items("documents") if one.key == "5")
    renamed = item.path.with_name(f"{item.path.stem}[1]{item.path.suffix}")
    item.path.rename(renamed)
    again = next(one for one in await site.items("documents") if one.key == "5")
    assert again.reason == "document-file-missing"
    assert [one.rpartition("\\")[2] for one in again.candidates] == [renamed.name]


async def test_a_missing_file_is_not_taken_for_one_that_only_a_lenient_folding_calls_the_same(new_site):
    site = new_site()
    items = {item.key: item for item in await site.items("documents")}
    one, other = next(
        (one, other)
        for one in items.values()
        for other in items.values()
        if one is not other and one.path.parent == other.path.parent
    )
    one.path.unlink()
    other.path.rename(other.path.with_name("MASSE.DOC"))
    site.run("UPDATE document SET name = 'Maße.doc' WHERE document_id = ?", (int(one.key),))
    site.run("UPDATE document SET name = 'MASSE.DOC' WHERE document_id = ?", (int(other.key),))
    after = {item.key: item for item in await site.items("documents")}
    assert after[one.key].presence is InventoryState.MISSING
    assert after[other.key].presence is InventoryState.FOUND


@pytest.mark.parametrize("behind", [" ", ".", ". ", " .. "])
async def test_dots_and_blanks_behind_a_name_do_not_count_as_on_site(new_site, behind):
    site = new_site()
    one = (await site.items("documents"))[0]
    site.run("UPDATE document SET name = name || ? WHERE document_id = ?", (behind, int(one.key)))
    after = await site.items("documents")
    again = next(item for item in after if item.key == one.key)
    assert (again.presence, again.path, again.name) == (InventoryState.FOUND, one.path, one.name)
    assert all(item.presence is InventoryState.FOUND for item in after)


async def test_neither_do_they_behind_an_owners_login(new_site):
    site = new_site()
    before = await site.items("documents")
    login = before[0].name.split("/")[0]
    site.run("UPDATE associate SET name = name || ' ' WHERE name = ?", (login,))
    after = await site.items("documents")
    assert {(item.key, item.name, item.path) for item in after} == {(item.key, item.name, item.path) for item in before}


async def test_letters_that_a_code_page_lost_lead_to_a_candidate(new_site):
    site = new_site()
    one = (await site.items("documents"))[0]
    one.path.rename(one.path.with_name("Blåbærgrøt.doc"))
    site.run("UPDATE document SET name = 'Bl?b?rgr?t.doc' WHERE document_id = ?", (int(one.key),))
    after = await site.items("documents")
    again = next(item for item in after if item.key == one.key)
    assert (again.presence, again.reason) == (InventoryState.REFUSED, "document-name-hostile")
    assert [path.rpartition("\\")[2] for path in again.candidates] == ["Blåbærgrøt.doc"]
    assert not [item for item in after if item.presence is InventoryState.ORPHAN]


async def test_the_folder_of_a_renamed_user_is_tied_to_the_documents_that_lack_their_files(new_site):
    site = new_site()
    before = {item.key: item for item in await site.items("documents")}
    login = next(iter(before.values())).name.split("/")[0]
    for root in site.installation.archives:
        if (root / login).exists():
            (root / login).rename(root / "FORMERLY")
    after = {item.key: item for item in await site.items("documents")}
    for key, item in before.items():
        if item.name.split("/")[0] == login:
            assert (after[key].presence, after[key].reason) == (InventoryState.MISSING, "document-file-misplaced")
            assert after[key].candidates[0].split("\\")[-3:] == ["FORMERLY", *item.name.split("/")[1:]]
    assert not [item for item in after.values() if item.presence is InventoryState.ORPHAN]
    moved = await site.items("documents", ArchiveSettings(owners={login: "formerly"}))
    assert {item.key: item.name for item in moved} == {key: item.name for key, item in before.items()}
    assert all(item.presence is InventoryState.FOUND for item in moved)


@pytest.mark.parametrize("case", ["one is there", "nobody is there", "only the case differs"])
async def test_what_nobody_owns_in_a_folder_that_logins_share_is_told_once(new_site, case):
    site = new_site()
    first = site.installation.archives[0]
    logins = [folder.name for folder in sorted(first.iterdir()) if any(folder.glob("[0-9]*.[12]"))]
    one, other, *_ = logins
    shared = other if case == "one is there" else "EARLIER"
    stray = first / shared / "2010.1" / "stray.doc"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"x")
    moved = {one: shared} if shared == other else {one: shared, other: shared}
    if case == "only the case differs":
        moved[other] = shared.swapcase()
    before = {item.key: item for item in await site.items("documents")}
    after = await site.items("documents", ArchiveSettings(owners=moved))
    assert len({item.key for item in after}) == len(after)
    assert {item.key: (item.path, item.presence) for item in after} == {
        key: (item.path, item.presence) for key, item in before.items()
    }
    assert [item.path for item in after if item.presence is InventoryState.ORPHAN] == [stray]


class Exact(str):
    """A path in the form in which Windows opens it however long it is."""

    __slots__ = ()


@pytest.mark.posix("it stands in for Windows where long paths are not allowed, which is its default; Wine has no limit")
@pytest.mark.parametrize("stage", ["documents", "templates"])
async def test_files_beyond_the_longest_path_of_windows_are_found(new_site, tmp_path, monkeypatch, stage):
    site = new_site()
    deep = tmp_path / ("x" * 200) / ("y" * 200)
    deep.mkdir(parents=True)
    moved = tuple(deep / archive.name for archive in site.installation.archives)
    for archive, target in zip(site.installation.archives, moved, strict=True):
        archive.rename(target)
    site.installation = replace(site.installation, archives=moved)
    for module in ("omt_folders.disk", "omt_folders.seen_folders", "omt_crm.paths.presence"):
        monkeypatch.setattr(f"{module}.openable", Exact)
    for name in ("scandir", "lstat", "stat", "access"):
        monkeypatch.setattr(os, name, within_the_limit(getattr(os, name)))
    assert {item.presence for item in await site.items(stage)} == {InventoryState.FOUND}


def within_the_limit(real):
    def call(path, *more, **named):
        if len(os.fspath(path)) > 259 and not isinstance(path, Exact):
            raise FileNotFoundError(errno.ENOENT, "The system cannot find the path specified", os.fspath(path))
        return real(path, *more, **named)

    return call
