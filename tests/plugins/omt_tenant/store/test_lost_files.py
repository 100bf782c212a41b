"""What the index names counts as stored only where its file is there, and as long as it must be."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from omt_core.api.decisions import MigrationKind
from omt_protocol.bundle.reader import BundleReader
from omt_protocol.protocol_error import ProtocolError
from omt_tenant.migration.stages import Stage
from omt_tenant.tenant import Store
from tests.plugins.omt_tenant.conftest import line, sha256

Bundler = Callable[[Sequence[bytes]], bytes]

LETTERS = [b"first letter", b"second letter"]
DRAWING = b"a drawing" * 1_000
EVERYTHING = [*LETTERS, DRAWING]


@pytest.fixture
def folder(tmp_path: Path, make_bundle: Bundler) -> Path:
    """A tenant at rest that holds two letters in a pack, and a drawing in a file of its own."""
    with closing(Store.open(tmp_path / "tenant")) as store:
        land_pack(store, make_bundle(LETTERS), LETTERS)
        land_file(store, DRAWING)
        assert stored(store) == EVERYTHING
    return tmp_path / "tenant"


def land_pack(store: Store, data: bytes, members: Sequence[bytes]) -> None:
    digest = sha256(b"".join(bytes.fromhex(sha256(member)) for member in members))
    upload, reader = store.uploads.announce("bundle", digest, len(data), ""), BundleReader(member_bytes=1 << 20)
    store.layout.upload(upload.uid).write_bytes(data)
    reader.update(data)
    store.landing.land(upload, reader)


def land_file(store: Store, data: bytes) -> None:
    upload = store.uploads.announce("file", sha256(data), len(data), "")
    store.layout.upload(upload.uid).write_bytes(data)
    store.landing.land(upload, hashlib.sha256(data))


def stored(store: Store) -> list[bytes]:
    lacking = store.contents.lacking([(sha256(content), len(content)) for content in EVERYTHING])
    return [content for content in EVERYTHING if sha256(content) not in lacking]


def pack_in(folder: Path) -> Path:
    (pack,) = folder.glob("packs/*/*.tar")
    return pack


def drawing_in(folder: Path) -> Path:
    return folder / "contents" / sha256(DRAWING)[:2] / sha256(DRAWING)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


@pytest.mark.parametrize("lose", [Path.unlink, cut])
@pytest.mark.parametrize(("which", "left"), [(pack_in, [DRAWING]), (drawing_in, LETTERS)])
def test_what_lay_in_a_file_that_is_away_or_short_is_not_stored_until_it_is_sent_anew(
    folder: Path,
    make_bundle: Bundler,
    which: Callable[[Path], Path],
    left: list[bytes],
    lose: Callable[[Path], None],
) -> None:
    lose(which(folder))
    with closing(Store.open(folder)) as store:
        assert stored(store) == left
        land_pack(store, make_bundle(LETTERS), LETTERS)
        land_file(store, DRAWING)
        assert stored(store) == EVERYTHING
    with closing(Store.open(folder)) as store:
        assert stored(store) == EVERYTHING
        for content in EVERYTHING:
            with store.contents.open(sha256(content)) as file:
                assert file.read() == content


def test_a_file_that_was_only_away_counts_again_when_it_is_back(folder: Path) -> None:
    away = folder.with_name("away")
    pack_in(folder).parent.parent.rename(away)
    with closing(Store.open(folder)) as store:
        assert stored(store) == [DRAWING]
    (folder / "packs").rmdir()
    away.rename(folder / "packs")
    with closing(Store.open(folder)) as store:
        assert stored(store) == EVERYTHING


def test_a_file_that_is_too_long_holds_all_that_it_should(folder: Path) -> None:
    for path in (pack_in(folder), drawing_in(folder)):
        path.write_bytes(path.read_bytes() + b"tail")
    with closing(Store.open(folder)) as store:
        assert stored(store) == EVERYTHING


def test_what_is_left_of_a_short_pack_can_still_be_read(folder: Path) -> None:
    cut(pack_in(folder))
    with closing(Store.open(folder)) as store, store.contents.open(sha256(LETTERS[0])) as file:
        assert file.read() == LETTERS[0]


def test_contents_of_a_lost_pack_are_found_in_the_one_that_brings_them_anew_and_the_lost_one_is_forgotten(
    folder: Path, make_bundle: Bundler
) -> None:
    lost = pack_in(folder)
    cut(lost)
    with closing(Store.open(folder)) as store:
        for letter in LETTERS:
            land_pack(store, make_bundle([letter]), [letter])
            store.contents.forget_replaced()
        assert stored(store) == EVERYTHING
        assert not store.contents.has_lost_some
    with closing(Store.open(folder)) as store:
        assert stored(store) == EVERYTHING
        for letter in LETTERS:
            with store.contents.open(sha256(letter)) as file:
                assert file.read() == letter
    assert not lost.exists()


def test_a_pack_that_the_index_does_not_know_brings_back_what_is_lost_elsewhere(
    folder: Path, make_bundle: Bundler
) -> None:
    pack_in(folder).unlink()
    digest = sha256(bytes.fromhex(sha256(LETTERS[1])))
    unknown = folder / "packs" / digest[:2] / f"{digest}.tar"
    unknown.parent.mkdir(exist_ok=True)
    unknown.write_bytes(make_bundle(LETTERS[1:]))
    with closing(Store.open(folder)) as store:
        assert stored(store) == [LETTERS[1], DRAWING]


def test_a_stage_whose_contents_are_lost_is_not_held_by_its_manifest(folder: Path, make_bundle: Bundler) -> None:
    """A recovery leaves a stage alone whose manifest is held."""
    manifests = {"letters": line("letters", "1", LETTERS[0]), "drawings": line("drawings", "1", DRAWING)}

    def held(store: Store) -> set[str]:
        lacking = store.contents.lacking([(sha256(manifest), len(manifest)) for manifest in manifests.values()])
        return {stage for stage, manifest in manifests.items() if sha256(manifest) not in lacking}

    def commit(store: Store) -> None:
        store.claims.open(owner="Uno", serial="1", kind=MigrationKind.LIVE, recovery=None, client="c")
        migration = store.claims.status()
        assert migration is not None
        for stage, manifest in manifests.items():
            land_file(store, manifest)
            stored_as = Stage(name=stage, manifest=sha256(manifest), size=len(manifest), items=1, snapshot="s")
            store.stages.commit(migration, stored_as)

    with closing(Store.open(folder)) as store:
        commit(store)
    pack_in(folder).unlink()
    with closing(Store.open(folder)) as store:
        assert held(store) == {"drawings"}
        with pytest.raises(ProtocolError, match="contents that are not stored") as caught:
            commit(store)
        assert caught.value.fields == {"digests": [sha256(LETTERS[0])]}
        land_pack(store, make_bundle(LETTERS), LETTERS)
        commit(store)
        assert held(store) == {"letters", "drawings"}
