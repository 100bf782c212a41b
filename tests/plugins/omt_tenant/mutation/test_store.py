"""Whatever byte of a tenant's folder is flipped, cut off, added or swapped: `omt tenant verify` names where it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omt_protocol.bundle.reader import verify_bundle
from tests.plugins.omt_tenant.mutation.conftest import Completed, flipped, holding

seeded = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

PACKS, CONTENTS = "tenant/packs/*/*.tar", "tenant/contents/*/*"
RECEIPTS, DATABASES, KEY = "tenant/receipts/*", "tenant/databases/*", "tenant/key"
ANSWERS = (
    "SELECT * FROM packs ORDER BY id",
    "SELECT * FROM contents ORDER BY digest",
    "SELECT * FROM online",
    "SELECT * FROM stages WHERE role = 'migrated' ORDER BY stage",
    "SELECT id, owner, serial, completed_kind FROM migration",
)


def named(completed: Completed, path: Path) -> str:
    """What a finding calls a file of the store."""
    parts = path.relative_to(completed.tenant).parts
    if parts[0] in {"packs", "contents"}:
        return f"{parts[0]}/{path.name.removesuffix('.tar')}"
    return "/".join(parts)


def check_named(completed: Completed, path: Path) -> str:
    code, said = completed.scrub()
    assert code == 1, path
    assert named(completed, path) in said.text, path
    return said.text


def test_undisturbed_it_is_verified(completed: Completed) -> None:
    assert completed.scrub()[0] == 0
    assert len(completed.files(PACKS)) > 3
    assert completed.files(CONTENTS, RECEIPTS, DATABASES)


@pytest.mark.parametrize("kind", [PACKS, CONTENTS, RECEIPTS, DATABASES, KEY])
@seeded
@given(data=st.data())
def test_a_flip_of_any_byte_is_named(completed: Completed, kind: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(completed.files(kind)))
    content = path.read_bytes()
    position, bits = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255))
    with holding(path, flipped(content, position, bits)):
        check_named(completed, path)


@seeded
@given(data=st.data())
def test_a_flip_in_a_pack_names_the_items_that_are_lost(completed: Completed, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(completed.files(PACKS)))
    content = path.read_bytes()
    member = data.draw(st.sampled_from([member for member in verify_bundle(path, member_bytes=1 << 30) if member.size]))
    position = member.offset + data.draw(st.integers(0, member.stored - 1))
    with holding(path, flipped(content, position, data.draw(st.integers(1, 255)))):
        code, said = completed.scrub()
    items = completed.items_of(member.digest.hex())  # a stage's manifest is no item of a stage
    found = {str(subject) for finding in said.findings for subject in finding["subjects"]}
    assert code == 1
    if member.seal and named(completed, path) in found and not items & found:
        return  # how it is packed was damaged, and it can be unpacked all the same
    assert items <= found
    assert {subject for subject in found if subject.split("/")[0] in {"documents", "templates", "database"}} == items


def test_every_byte_of_a_pack_around_its_members_matters(completed: Completed) -> None:
    """Headers, padding, the trailing blocks and packed members, byte by byte, by what scrub and landing share."""
    path = next(path for path in completed.files(PACKS) if b".gz" in path.read_bytes())
    content, members = bytearray(path.read_bytes()), verify_bundle(path, member_bytes=1 << 30)
    inside = {at for member in members if not member.seal for at in range(member.offset, member.offset + member.size)}
    unnoticed = []
    with holding(path, bytes(content)), path.open("r+b", buffering=0) as file:
        for position in range(len(content)):
            if position in inside:
                continue
            bits = 1 << position % 8
            file.seek(position)
            file.write(bytes([content[position] ^ bits]))
            try:
                if verify_bundle(path, member_bytes=1 << 30) == members:
                    unnoticed.append((position, bits))
            except Exception:  # noqa: BLE001  # any refusal will do
                pass
            file.seek(position)
            file.write(bytes([content[position]]))
    assert unnoticed == []


@pytest.mark.parametrize("kind", [PACKS, CONTENTS, RECEIPTS, DATABASES])
@settings(seeded, max_examples=20)
@given(data=st.data())
def test_bytes_cut_off_or_added_are_named(completed: Completed, kind: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(completed.files(kind)))
    content = path.read_bytes()
    cut = st.integers(0, len(content) - 1).map(lambda length: content[:length])
    added = st.sampled_from([b"\0", b"\n", b"\0" * 512, b"\0" * 10_240]).map(lambda more: content + more)
    with holding(path, data.draw(cut | added)):
        check_named(completed, path)


def test_two_packs_that_are_swapped_are_named(completed: Completed) -> None:
    first, second = completed.files(PACKS)[:2]
    one, other = first.read_bytes(), second.read_bytes()
    with holding(first, other), holding(second, one):
        check_named(completed, first)
        check_named(completed, second)


@settings(seeded, max_examples=120)
@given(data=st.data())
def test_a_flip_in_the_index_is_named_or_changes_no_answer(completed: Completed, data: st.DataObject) -> None:
    path = completed.tenant / "tenant.sqlite"
    content = path.read_bytes()
    position, bits = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255))
    before = answers(path)
    with holding(path, flipped(content, position, bits)):
        code, said = completed.scrub()
        if code == 0:
            assert answers(path) == before
        else:
            assert said.findings


def answers(path: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return [connection.execute(question).fetchall() for question in ANSWERS]
