from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.items import TablePart
from omt_core.api.online import ManifestEntry
from omt_protocol.receipt import ManifestLineError, manifest_line, parse_line, read_manifest, write_manifest
from omt_protocol.receipt.manifest import LINE_LIMIT, _parse_any

TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF))
PARTS = st.builds(
    TablePart,
    table=TEXT,
    number=st.integers(0, 10**9),
    rows=st.integers(0, 10**18),
    fingerprint=st.text("0123456789abcdef", min_size=32, max_size=32),
    last=st.booleans(),
    omitted_columns=st.lists(TEXT, max_size=3).map(tuple),
)
ENTRIES = st.builds(
    ManifestEntry,
    stage=TEXT,
    key=TEXT,
    name=TEXT,
    size=st.integers(0, 2**63),
    digest=st.text("0123456789abcdef", min_size=64, max_size=64),
    part=st.none() | PARTS,
) | st.builds(
    ManifestEntry, stage=TEXT, key=TEXT, name=TEXT, size=st.just(0), digest=st.none(), reason=TEXT.filter(bool)
)


@given(ENTRIES)
def test_a_line_that_was_written_is_read_back_as_the_same_entry(entry):
    line = manifest_line(entry)
    assert b"\n" not in line
    assert parse_line(line) == entry


@given(st.binary(max_size=3), st.integers(0, 200), st.integers(0, 3), TEXT)
def test_an_ordinary_line_is_read_like_any_other_however_it_is_damaged(inserted, position, removed, name):
    line = manifest_line(ManifestEntry(stage="s", key="4711", name=name, size=10, digest="a" * 64))
    line = line[:position] + inserted + line[position + removed :]

    def outcome(parse):
        try:
            return parse(line)
        except ManifestLineError:
            return None

    assert outcome(parse_line) == outcome(_parse_any)


def test_the_documents_examples_are_written_as_they_stand_there():
    file = ManifestEntry(stage="documents", key="4711", name="HH/2019.1/Offer.docx", size=20311, digest="ab" * 32)
    assert manifest_line(file) == (
        b'{"stage":"documents","key":"4711","name":"HH/2019.1/Offer.docx","size":20311,"digest":"' + b"ab" * 32 + b'"}'
    )
    gone = ManifestEntry(stage="documents", key="4712", name="x", size=0, digest=None, reason="document-file-missing")
    assert manifest_line(gone).endswith(b'"size":0,"digest":null,"reason":"document-file-missing"}')


def test_a_lone_surrogate_is_escaped_and_a_pair_is_the_character_it_stands_for():
    lone = ManifestEntry(stage="s", key="k", name="a\udce4", size=0, digest="0" * 64)
    assert b'"name":"a\\udce4"' in manifest_line(lone)
    pair = ManifestEntry(stage="s", key="k", name="\ud834\udd1e", size=0, digest="0" * 64)
    assert '"name":"𝄞"'.encode() in manifest_line(pair)


GOOD = manifest_line(ManifestEntry(stage="s", key="k", name="n", size=1, digest="a" * 64))


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"", "line"),
        (b"[]", "line"),
        (b"[" * 100_000, "line"),
        (b"\xff", "line"),
        (GOOD.replace(b'"size":1', b'"size":01'), "line"),
        (GOOD.replace(b'"size":1', b'"size":1.0'), "size"),
        (GOOD.replace(b'"size":1', b'"size":true'), "size"),
        (GOOD.replace(b'"size":1', b'"size":-1'), "size"),
        (GOOD.replace(b'"size":1', b'"size":' + b"1" * 5_000), "line"),
        (GOOD.replace(b'"name":"n"', b'"name":"\\u006e"'), "line"),
        (GOOD.replace(b'"name":"n"', b'"name": "n"'), "line"),
        (GOOD.replace(b'"name":"n"', b'"name":"m","name":"n"'), "line"),
        (GOOD.replace(b'"name":"n"', b'"name":"n","more":1'), "line"),
        (GOOD.replace(b'"name":"n"', b'"name":null'), "name"),
        (GOOD.replace(b"aaaa", b"AAAA", 1), "digest"),
        (GOOD.replace(b'"' + b"a" * 64 + b'"', b"null"), "reason"),
        (GOOD[:-1] + b',"reason":"x"}', "reason"),
        (GOOD[:-1] + b',"reason":""}', "line"),
        (GOOD[:-1] + b',"part":null}', "line"),
        (GOOD[:-1] + b',"part":{}}', "part.fingerprint"),
        (GOOD[:-1] + b',"part":7}', "part"),
    ],
)
def test_a_line_that_is_not_canonical_is_refused_and_the_field_named(line, field):
    with pytest.raises(ManifestLineError) as refused:
        parse_line(line)
    assert refused.value.field == field


def test_a_manifest_is_read_line_by_line(tmp_path):
    entries = [ManifestEntry(stage="s", key=str(number), name="n", size=1, digest="a" * 64) for number in range(3)]
    assert write_manifest(tmp_path / "m", entries) == 3
    assert [(line.number, line.entry) for line in read_manifest(tmp_path / "m")] == list(enumerate(entries, start=1))


@pytest.mark.parametrize("end", [GOOD, b"\n", b"\r\n", GOOD + b"\r\n", b'"' + b"x" * LINE_LIMIT + b'"\n'])
def test_a_file_that_is_not_whole_lines_is_refused_with_the_number_of_the_line(tmp_path, end):
    path = tmp_path / "m"
    path.write_bytes(GOOD + b"\n" + end)
    with pytest.raises(ManifestLineError, match="line 2"):
        list(read_manifest(path))


def test_lines_are_what_any_reader_of_json_understands():
    assert json.loads(GOOD) == {"stage": "s", "key": "k", "name": "n", "size": 1, "digest": "a" * 64}
