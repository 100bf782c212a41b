"""A stage counts only by its manifest, and its manifest only when every content in it is stored."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omt_protocol.protocol_error import ProtocolError
from omt_tenant.migration import stages
from omt_tenant.migration.stages import Stage, StageStore

pytestmark = pytest.mark.anyio
S = "documents"


async def test_a_manifest_whose_contents_are_all_stored_is_committed(connect, make_line):
    async with connect() as client:
        await client.open()
        await client.store(b"one")
        lines = [make_line(S, "1", b"one"), make_line(S, "2", None)]
        assert (await client.commit(S, *lines)).status == 204
        assert (await client.commit(S, *lines)).status == 204


async def test_the_contents_that_are_missing_are_named(connect, make_line):
    async with connect() as client:
        await client.open()
        answer = await client.commit(S, make_line(S, "1", b"one"), make_line(S, "2", b"two"))
        assert (answer.status, answer.code) == (409, "contents-missing")
        assert sorted(answer.json["error"]["digests"]) == sorted(await client.missing(b"one", b"two"))


async def test_at_most_a_thousand_missing_contents_are_named(connect, make_line):
    async with connect() as client:
        await client.open()
        lines = [make_line(S, f"{number:05}", str(number).encode()) for number in range(1_500)]
        assert len((await client.commit(S, *lines)).json["error"]["digests"]) == 1_000


async def test_a_manifest_that_is_not_stored_is_missing_itself(connect):
    async with connect() as client:
        await client.open()
        body = {"manifest": "0" * 64, "size": 1, "items": 0, "snapshot": "s"}
        answer = await client.call("PUT", f"/v1/migrations/{client.migration}/stages/documents", body)
        assert answer.json["error"]["digests"] == ["0" * 64]


@pytest.mark.parametrize(
    "lines",
    [
        [b"not json\n"],
        [b"[" * 100_000 + b"\n"],
        [b'{"stage":"documents"}\n'],
        [b"\xff\n"],
        [b"no line feed"],
        ["2", "1"],
        ["1", "1"],
        [("templates", "1")],
    ],
    ids=["no json", "deep", "incomplete", "no utf-8", "no line feed", "unsorted", "twice", "other stage"],
)
async def test_a_manifest_that_breaks_the_format_is_refused(connect, make_line, lines):
    written = []
    for item in lines:
        if isinstance(item, bytes):
            written.append(item)
        else:
            stage, key = item if isinstance(item, tuple) else (S, item)
            written.append(make_line(stage, key, None))
    async with connect() as client:
        await client.open()
        answer = await client.commit(S, *written)
        assert (answer.status, answer.code) == (422, "manifest-malformed")


async def test_a_false_number_of_items_is_refused(connect, make_line):
    async with connect() as client:
        await client.open()
        assert (await client.commit(S, make_line(S, "1", None), items=2)).code == "manifest-malformed"


async def test_a_recovery_of_missing_files_takes_no_database(connect, make_line):
    async with connect() as client:
        await client.open("test")
        await client.commit("database", make_line("database", "p", None))
        await client.complete()
        await client.finished()
        assert (await client.commit(S, make_line(S, "1", None))).code == "run-over"
        await client.open("test", "missing")
        assert (await client.commit("database", make_line("database", "p", None))).code == "choice-not-possible"
        assert (await client.commit(S, make_line(S, "1", None), snapshot="other")).status == 204


@pytest.mark.parametrize("key", ["../../x", "a/../../b", "/etc/x", "C:\\x", "..\\x"])
async def test_a_name_that_leads_out_is_refused_and_one_that_was_left_behind_is_only_a_name(connect, make_line, key):
    async with connect() as client:
        await client.open()
        await client.store(b"one")
        answer = await client.commit(S, make_line(S, key, b"one"))
        assert (answer.status, answer.code) == (422, "manifest-malformed")
        assert (await client.commit(S, make_line(S, key, None))).status == 204


class Manifest:
    """The contents of a tenant that has a manifest and all that one asks for; keeps what that was."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.asked: list[tuple[str, int]] = []

    def missing(self, _contents: Sequence[object]) -> list[str]:
        return []

    def lacking(self, contents: Sequence[tuple[str, int]]) -> list[str]:
        self.asked += contents
        return []

    def open(self, _digest: str) -> io.BytesIO:
        return io.BytesIO(self._data)


def found_in(data: bytes, items: int) -> tuple[list[tuple[str, int]], str]:
    manifest = Manifest(data)
    stage = Stage(name=S, manifest="0" * 64, size=len(data), items=items, snapshot="s")
    try:
        StageStore(None, manifest)._verify(stage)
    except ProtocolError as error:
        return [], error.message
    return manifest.asked, ""


NAMES = st.sampled_from(["a.txt", "", "../b", "/c", "d\\e", "ø ñ", 'a"b', "a\nb"])
LINES = st.tuples(
    st.sampled_from([S, S, S, S, "other"]),
    st.integers(0, 60),
    NAMES | st.just("plain.doc"),
    st.integers(0, 99),
    st.sampled_from(["a" * 64, "b" * 64, "A" * 64, "ab", None]),
)
DAMAGE = st.none() | st.tuples(st.integers(0, 2_000), st.sampled_from([b"", b"\n", b"\xff", b" ", b"x" * 300]))


@settings(deadline=None, max_examples=400)
@given(drawn=st.lists(LINES, max_size=12), ordered=st.booleans(), damage=DAMAGE, at_once=st.integers(1, 700))
def test_however_many_lines_are_taken_at_once_the_same_is_found_or_refused_in_the_same_words(
    drawn: list[tuple[str, int, str, int, str | None]], ordered: bool, damage: tuple[int, bytes] | None, at_once: int
) -> None:
    if ordered:
        drawn = [(S, number, "plain.doc", line[3], "a" * 64) for number, line in enumerate(drawn)]
    data = b"".join(
        json.dumps(
            {"stage": stage, "key": f"{key:03}", "name": name, "size": size, "digest": digest}
            | ({} if digest else {"reason": "gone"}),
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        + b"\n"
        for stage, key, name, size, digest in drawn
    )
    if damage is not None:
        place = damage[0] % (len(data) + 1)
        data = data[:place] + damage[1] + data[place + 1 :]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages, "LINE_LIMIT", 400)
        patch.setattr(stages, "_READ_AT_ONCE", at_once)
        together = found_in(data, len(drawn))
        patch.setattr(stages, "_READ_AT_ONCE", 1 << 20)
        patch.setattr(stages, "ordinary_columns", lambda _: None)
        assert together == found_in(data, len(drawn))
