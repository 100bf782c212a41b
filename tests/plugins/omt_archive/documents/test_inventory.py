"""The inventory against a naive reference, on small random archives."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from omt_archive.documents.inventory import DocumentInventory
from omt_archive.documents.roots import ArchiveRoots
from omt_archive.documents.row import ORDINARY_NAME, periods_of
from omt_archive.settings import ArchiveSettings
from omt_core.api.items import InventoryState
from omt_crm.paths import fold, refuse_reason
from omt_folders.batches import as_batches

NOW = datetime(2015, 3, 3)  # noqa: DTZ001
MOMENTS = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2013-10-10T12:00:00",
        "2013-12-31T23:30:00",
        "2014-01-01T00:30:00",
        "2014-04-04T12:00:00",
        "2014-07-31T22:00:00",
        "2014-08-01T05:00:00",
        "2014-11-11T12:00:00",
        "1970-01-01T00:00:00",
    )
)
PERIODS = ("2013.1", "2013.2", "2014.1", "2014.2", "2015.1")
NAMES = ("a.txt", "A.txt", "b(2).txt", "b.txt", "c.NEW", "æ.doc", "Æ.doc")
LOGINS = ("HH", "hh", "Åse", "åse", "OLD")
OWNERS = ("HH", "Åse", "NOBODY")

rows = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(MOMENTS), st.sampled_from(OWNERS)), max_size=8)
files = st.sets(
    st.tuples(st.sampled_from((0, 1)), st.sampled_from(LOGINS), st.sampled_from(PERIODS), st.sampled_from(NAMES)),
    max_size=14,
)


moves = st.dictionaries(st.sampled_from(OWNERS), st.sampled_from((*LOGINS, "NOBODY")), max_size=3)


def naive_find(disk, name, moment, login, moved):
    """Look at every file for every document."""
    own = {fold(login), fold(moved.get(login, login))}
    for year, half in periods_of(moment, now=NOW):
        for root in (0, 1):
            there = [
                file
                for file in disk
                if (file[0], file[2], fold(file[3])) == (root, f"{year}.{half}", fold(name)) and fold(file[1]) in own
            ]
            if there:
                return min(
                    there,
                    key=lambda file: (
                        file[1] != login, fold(file[1]) != fold(login), file[1], file[3] != name, file[3],
                    ),
                )  # fmt: skip
    return None


def inventory(folder, disk, documents, limits, moved=None):
    roots = [folder / "0", folder / "1"]
    for root in roots:
        root.mkdir()
    for root, login, period, name in disk:
        path = roots[root] / login / period / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    told = [(number, name, 0, moment, number, login) for number, (name, moment, login) in enumerate(documents, start=1)]
    told.sort(key=lambda row: (row[5].lower(), row[3], row[0]))
    archive = ArchiveRoots(roots, None, (), moved=moved, logins=frozenset(map(fold, OWNERS)))
    joined = DocumentInventory(archive, settings=limits, machine=None, now=NOW)
    batches = as_batches([*joined.feed(told), *joined.finish()])
    return [item for batch in batches for item in batch]


@settings(max_examples=200, deadline=None)
@given(disk=files, documents=rows, moved=st.just({}) | moves)
def test_every_document_and_every_file_is_told_once_as_a_naive_search_would(disk, documents, moved):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        items = inventory(folder, disk, documents, ArchiveSettings(), moved)
        assert len({item.key for item in items}) == len(items)
        by_key = {item.key: item for item in items}
        owned = set()
        for number, (file, moment, login) in enumerate(documents, start=1):
            expected = naive_find(disk, file, moment, login, moved)
            item = by_key[str(number)]
            if expected is None:
                assert item.presence is InventoryState.MISSING
            else:
                path = folder.joinpath(*map(str, expected))
                assert (item.presence, item.path) == (InventoryState.FOUND, path)
                owned.add(path)
        orphans = [item.path for item in items if item.presence is InventoryState.ORPHAN]
        misplaced = [Path(item.candidates[0]) for item in items if item.reason == "document-file-misplaced"]
        ignored = {folder.joinpath(*map(str, file)) for file in disk if file[3].endswith(".NEW")} - owned
        told = [*owned, *orphans, *misplaced, *ignored]
        assert len(told) == len(set(told))
        assert set(told) == {folder.joinpath(*map(str, file)) for file in disk}


@settings(max_examples=60, deadline=None)
@given(disk=files, documents=rows)
def test_little_memory_changes_no_presence(disk, documents):
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        whole = inventory(Path(one), disk, documents, ArchiveSettings())
        bounded = inventory(Path(other), disk, documents, ArchiveSettings(remembered_per_owner=1))
    assert {item.key: item.presence for item in whole if item.presence is not InventoryState.ORPHAN} == {
        item.key: item.presence for item in bounded if item.presence is not InventoryState.ORPHAN
    }
    assert len({item.key for item in bounded}) == len(bounded)


@given(st.one_of(st.text(), st.from_regex(ORDINARY_NAME, fullmatch=True)))
def test_a_name_that_passes_the_quick_look_passes_the_thorough_one(name):
    if ORDINARY_NAME.fullmatch(name):
        assert refuse_reason(name) is None
