"""A stage counts only by its manifest, and its manifest only when every content in it is stored."""

from __future__ import annotations

import pytest

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
