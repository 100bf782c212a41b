"""The inventory of documents, held against what was planted."""

from __future__ import annotations

from collections import Counter

import pytest

from omt_core.api.items import Presence

pytestmark = pytest.mark.anyio


async def test_a_clean_archive_is_found_whole(clean_site):
    items = await clean_site.items("documents")
    assert Counter(item.presence for item in items) == {Presence.FOUND: 400}
    assert len(items) == sum(clean_site.truth["counts"]["files"]["documents_by_archive"].values())


async def test_a_found_document_is_told_with_its_file_size_and_time(clean_site):
    for item in (await clean_site.items("documents"))[:50]:
        status = item.path.stat()
        assert (item.size, item.mtime_ns) == (status.st_size, status.st_mtime_ns)
        login, period, name = item.name.split("/")
        assert item.path.name == name
        assert item.path.parent.name in {period, item.path.parent.name}
        assert item.path.parent.parent.name == login


async def test_every_row_has_exactly_one_item(planted_site):
    keys = Counter(item.key for item in await planted_site.items("documents"))
    assert set(keys.values()) == {1}
    assert {str(number) for number in range(1, 401)} <= keys.keys()


@pytest.mark.parametrize(
    ("slug", "presence", "reason"),
    [
        ("missing-file", Presence.MISSING, "document-file-missing"),
        ("wrong-period", Presence.MISSING, "document-file-misplaced"),
        ("blank-name", Presence.REFUSED, "document-name-blank"),
        ("no-appointment", Presence.REFUSED, "document-without-appointment"),
        ("missing-associate", Presence.REFUSED, "document-without-owner"),
        ("hostile-name", Presence.REFUSED, "document-name-hostile"),
        ("other-provider", Presence.ELSEWHERE, "document-stored-elsewhere"),
        ("unreadable", Presence.UNREADABLE, "file-unreadable"),
        ("orphan", Presence.ORPHAN, "file-without-document"),
    ],
)
async def test_each_plant_is_told_with_its_reason_and_nothing_else_is(planted_site, slug, presence, reason):
    told = [item for item in await planted_site.items("documents") if item.reason == reason]
    assert {item.presence for item in told} == {presence}
    assert sorted(item.name if slug == "orphan" else item.key for item in told) == planted_site.subjects(slug)


async def test_a_file_in_other_case_is_found(planted_site):
    items = {item.key: item for item in await planted_site.items("documents")}
    for key in planted_site.subjects("wrong-case"):
        assert items[key].presence is Presence.FOUND


async def test_an_empty_file_is_found(planted_site):
    items = {item.key: item for item in await planted_site.items("documents")}
    empty = {key for key, item in items.items() if item.presence is Presence.FOUND and item.size == 0}
    assert sorted(empty) == planted_site.subjects("zero-bytes")


async def test_a_misplaced_file_is_the_nearest_candidate(planted_site):
    items = {item.key: item for item in await planted_site.items("documents")}
    for plant in planted_site.truth["plants"]["wrong-period"]["items"]:
        assert items[str(plant["document_id"])].candidates[0] == plant["stored"]


async def test_a_missing_document_says_where_it_is_expected(planted_site):
    items = {item.key: item for item in await planted_site.items("documents")}
    for plant in planted_site.truth["plants"]["missing-file"]["items"]:
        assert plant["expected"] in items[str(plant["document_id"])].detail
